import { isLamparaError, mainnet } from 'lampara'
import { firstHead } from './wallet.js'

const refused = await firstHead('http://127.0.0.1:9').catch((error) => isLamparaError(error) && error.code)
console.log(JSON.stringify({ network: mainnet.name, refused, head: await firstHead(process.argv[2]) }))
