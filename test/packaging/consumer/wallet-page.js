import { firstHead } from './wallet.js'

globalThis.firstHead = firstHead(decodeURIComponent(location.hash.slice(1)))
