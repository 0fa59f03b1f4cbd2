// Imported on the server, where the page is rendered.
import { mainnet } from 'lampara'
import { Wallet } from './wallet'

export default function Page() {
  return (
    <main>
      <h1>{mainnet.name}</h1>
      <Wallet />
    </main>
  )
}
