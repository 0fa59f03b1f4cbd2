import { LamparaError } from 'lampara'
import { mountApp } from '../../../demo/app.ts'
import { emptyForm } from '../../../demo/connect/target.ts'
import { fakeClient } from './fake-client.ts'
import { scenes } from './scenes.ts'

const name = new URLSearchParams(location.search).get('scene') ?? 'following'
const scene = scenes[name]
const form = name === 'idle' ? emptyForm : { ...emptyForm, url: 'https://relay.example' }

async function open(signal: AbortSignal): Promise<ReturnType<typeof fakeClient>> {
  if (name === 'opening')
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  if (scene === undefined) {
    throw new LamparaError(
      'join_document_invalid',
      'Cannot read the join document at https://relay.example: 404 Not Found',
    )
  }
  return fakeClient(scene)
}

const root = document.getElementById('app')
if (root !== null) mountApp(root, { open: (_target, signal) => open(signal), form })
