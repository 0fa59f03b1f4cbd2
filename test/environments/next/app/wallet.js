'use client'
import { createLightClient } from 'lampara'
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
  const client = await createLightClient({ join, signal })
  for await (const head of client.heads({ signal })) show(`slot ${head.slot}`)
}
