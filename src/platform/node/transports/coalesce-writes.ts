import type { MultiaddrConnection } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'

/** No message gets longer than this by being put together: the other side keeps it in memory whole. */
const MAX_BYTES = 128 * 1024

/** What every connection of libp2p's making has, though its interface does not say so. */
interface Sending {
  sendData(data: Uint8ArrayList): { sentBytes: number; canSendMore: boolean }
}

/**
 * Has a WebSocket send what it was handed at once as one message. libp2p's makes a message of each buffer of a list, and a frame
 * of noise is a list of half a dozen: lengths, headers, a tag of 16 bytes. Each costs anyone who receives it an event, and a look
 * for a whole frame.
 */
export function coalesceWrites(connection: MultiaddrConnection): void {
  if (!('sendData' in connection)) return
  const sending = connection as MultiaddrConnection & Sending
  const sendData = sending.sendData.bind(sending)
  sending.sendData = (data) => sendData(joined(data))
}

/** The same bytes in as few pieces as may be. */
function joined(data: Uint8ArrayList): Uint8ArrayList {
  const messages = new Uint8ArrayList()
  let message = new Uint8ArrayList()
  const end = (): void => {
    if (message.byteLength > 0) messages.append(message.subarray())
    message = new Uint8ArrayList()
  }
  for (const piece of data) {
    if (message.byteLength + piece.byteLength > MAX_BYTES) end()
    message.append(piece)
  }
  end()
  return messages
}
