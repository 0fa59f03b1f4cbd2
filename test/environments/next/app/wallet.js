'use client'
import { createLightClient, fetchJoinDocument } from 'lampara'
import { useEffect, useState } from 'react'

export function Wallet() {
  const [text, setText] = useState('')
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    follow(decodeURIComponent(location.hash.slice(1)), signal, setText).catch((error) => {
      if (!signal.aborted) setText(`${error.code}: ${error.message}`)
    })
    return () => controller.abort()
  }, [])
  return <output>{text}</output>
}

async function follow(join, signal, show) {
  const { chain, bootnodes, checkpoint } = await fetchJoinDocument(join, { signal })
  const client = await createLightClient({ chain, bootnodes, checkpoint, signal })
  for await (const head of client.heads({ signal })) show(`slot ${head.slot}`)
}
