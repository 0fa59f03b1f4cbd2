export {
  asks,
  breakingRequesters,
  oddRequesters,
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
