export {
  asks,
  breakingRequesters,
  oddRequesters,
  type Requester,
  stuckRequesters,
  wrongRequests,
} from './fault-peers/requesters.ts'
export {
  breakingResponders,
  chunkOf,
  corruptions,
  oddResponders,
  type Responder,
  sends,
  stuckResponders,
} from './fault-peers/responders.ts'
export { otherHalfClosed } from './fault-peers/streams.ts'
