export { createExchangeAnswerer } from './answer-exchange.ts'
export { createExchangeSource } from './exchange-source.ts'
export { recordsCodec, requestCodec } from './messages.ts'
