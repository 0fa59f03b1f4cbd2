import type { Rule } from '../types.ts'

/** phase0/p2p-interface.md, "The Req/Resp domain" but for its methods. */
export const phase0Reqresp: readonly Rule[] = [
  {
    id: 'phase0/reqresp/protocol-id',
    section: 'Protocol identification',
    level: 'states',
    rule: 'A method is `/eth2/beacon_chain/req/<name>/<version>/ssz_snappy`.',
    tests: ['test/reqresp/spec-wire.test.ts > the id of a method > is the one that the specification gives it'],
  },
  {
    id: 'phase0/reqresp/one-stream',
    section: 'Req/Resp interaction',
    level: 'states',
    rule: 'Each interaction has a stream to itself, which is closed at its end, good or bad.',
    tests: [
      'test/reqresp/leaks.test.ts > %s repetitions leave nothing behind > of answers and of faults in them, asked for, and of aborts',
      'test/reqresp/leaks.test.ts > %s repetitions leave nothing behind > of requests and of faults in them, answered',
    ],
  },
  {
    id: 'phase0/reqresp/structure',
    section: 'Req/Resp interaction',
    level: 'MUST',
    rule: 'A request is a header and a payload; an answer is chunks of result, header and payload.',
    tests: [
      'test/reqresp/spec-wire.test.ts > a request > is its length and its frames, and then the end of our half',
      'test/reqresp/spec-wire.test.ts > an answer > is a zero, the length and the frames, and then the end',
      "test/reqresp/vectors.test.ts > another implementation's bytes > as an answer, in the pieces of %s",
      "test/reqresp/vectors.test.ts > another implementation's bytes > as a request",
    ],
  },
  {
    id: 'phase0/reqresp/single-chunk',
    section: 'Req/Resp interaction',
    level: 'states',
    rule: 'What is no list is answered by one chunk; a list by a chunk for each item.',
    tests: [
      'test/reqresp/request/request-faults.test.ts > request() over %s > takes a close without any answer for a complete answer of nothing, but not for a single chunk',
      'test/reqresp/round-trip.test.ts > over %s > light-client updates by range: every chunk under the digest of its own fork',
    ],
  },
  {
    id: 'phase0/reqresp/lengths-in-bounds',
    section: 'Req/Resp interaction',
    level: 'MUST',
    rule: 'Header and payload agree, within the bounds of the type.',
    tests: [
      'test/wire/chunks.test.ts > payloads > of %i bytes, where 100 to 200 are due, end with %s',
      'test/reqresp/respond/serve.test.ts > serve() answers a malformed request with code 1, and reports the asker for > %s',
      'test/reqresp/request/request-faults.test.ts > request() over %s > refuses %s, and reports the peer',
    ],
  },
  {
    id: 'phase0/reqresp/max-payload',
    section: 'Req/Resp interaction',
    level: 'MUST',
    rule: 'No chunk has more than 10 MiB, whatever its type allows.',
    tests: [
      'test/reqresp/spec-wire.test.ts > a method of one’s own > carries no payload of more than 10 MiB, whatever its type allows',
    ],
  },
  {
    id: 'phase0/reqresp/reset-out-of-bounds',
    section: 'Req/Resp interaction',
    level: 'SHOULD',
    rule: 'A length out of bounds ends the stream at once.',
    tests: [
      'test/wire/chunks.test.ts > payloads > are refused by their length alone, before anything more is read',
      'test/reqresp/request/request-faults.test.ts > request() over %s > refuses %s, and reports the peer',
    ],
  },
  {
    id: 'phase0/reqresp/requester/close-write',
    section: 'Requesting side',
    level: 'MUST',
    rule: 'Who asks closes its half as soon as the request is written.',
    tests: ['test/reqresp/spec-wire.test.ts > a request > is its length and its frames, and then the end of our half'],
  },
  {
    id: 'phase0/reqresp/requester/two-at-once',
    section: 'Requesting side',
    level: 'MUST NOT',
    rule: 'No more than two requests of a protocol are under way with a peer.',
    tests: [
      'test/reqresp/request/request-endings.test.ts > requests at once > never are more than two of a method with one peer; the others follow in the order of asking',
    ],
  },
  {
    id: 'phase0/reqresp/requester/reset',
    section: 'Requesting side',
    level: 'SHOULD',
    rule: 'What takes too long, or is of no interest any more, is reset.',
    tests: [
      'test/reqresp/request/request-endings.test.ts > the stream of a request > is reset when the caller leaves',
      'test/reqresp/request/request-endings.test.ts > the stream of a request > is reset when nothing comes in time',
      'test/reqresp/request/request-faults.test.ts > request() over %s > gives up on a %s peer with `%s`',
      'test/reqresp/request/request-endings.test.ts > an exchange that the caller leaves > is `stopped` after `break`, with the chunks that were taken',
    ],
  },
  {
    id: 'phase0/reqresp/requester/read-until',
    section: 'Requesting side',
    level: 'SHOULD',
    rule: 'Reading ends with an error, a fault, the close, or the last chunk that was asked for.',
    tests: [
      'test/reqresp/request/request-faults.test.ts > request() over %s > keeps what came before a refusal',
      'test/reqresp/request/request-faults.test.ts > request() over %s > takes a close at the boundary of a chunk for the end',
      'test/reqresp/request/request-faults.test.ts > request() over %s > stops reading at the last chunk that was asked for, however many are sent',
    ],
  },
  {
    id: 'phase0/reqresp/responder/validate-first',
    section: 'Responding side',
    level: 'MUST',
    rule: 'A request is checked before it is processed; a malformed one is answered with an error.',
    tests: [
      'test/reqresp/respond/serve.test.ts > serve() answers a malformed request with code 1, and reports the asker for > %s',
      'test/reqresp/respond/serve.test.ts > serve() answers a malformed request with code 1, and reports the asker for > a request that does not end within 10 s',
      "test/reqresp/vectors.test.ts > another implementation's bytes > as a malformed request: $name",
    ],
  },
  {
    id: 'phase0/reqresp/responder/exact-request',
    section: 'Responding side',
    level: 'MUST',
    rule: 'After the declared bytes of a request comes the asker’s end; more bytes are a failure.',
    tests: [
      'test/reqresp/fault-matrix.test.ts > over %s > a responder > answers a %s peer, and does not blame it',
      'test/reqresp/respond/serve.test.ts > serve() answers before the asker has closed its half, and discards what comes after the request',
    ],
    deviates:
      'We answer as soon as the declared bytes are there, and discard what follows, within a bound. Some askers close late: to wait for them would keep the prompt ones waiting, too.',
  },
  {
    id: 'phase0/reqresp/responder/closes',
    section: 'Responding side',
    level: 'MUST',
    rule: 'After its chunks the responder closes its half.',
    tests: ['test/reqresp/spec-wire.test.ts > an answer > is a zero, the length and the frames, and then the end'],
  },
  {
    id: 'phase0/reqresp/responder/rate-limit',
    section: 'Responding side',
    level: 'MUST NOT',
    rule: 'A limit of rate delays; it neither refuses nor closes.',
    tests: [
      'test/reqresp/respond/serve.test.ts > limits > delay what exceeds the quota of a method, rather than refuse it',
      'test/reqresp/respond/serve.test.ts > limits > answer at most two requests of a peer and method at once, the others in turn',
    ],
  },
  {
    id: 'phase0/reqresp/responder/whole-chunks',
    section: 'Responding side',
    level: 'MUST',
    rule: 'A chunk is sent whole and promptly; delays come between chunks.',
    tests: ['test/reqresp/spec-wire.test.ts > an answer > of several chunks waits between them, never within one'],
  },
  {
    id: 'phase0/reqresp/responder/error-is-last',
    section: 'Responding side',
    level: 'states',
    rule: 'Only the last chunk may be an error.',
    tests: [
      'test/reqresp/respond/serve.test.ts > an error of the handler becomes a response code > after chunks have gone out, these arrive before it',
      'test/reqresp/request/request-faults.test.ts > request() over %s > keeps what came before a refusal',
    ],
  },
  {
    id: 'phase0/reqresp/codes',
    section: 'Responding side',
    level: 'states',
    rule: '0 success, 1 invalid request, 2 server error, 3 resource unavailable.',
    tests: [
      'test/reqresp/respond/serve.test.ts > an error of the handler becomes a response code > `%s` becomes %i',
      'test/reqresp/request/request-faults.test.ts > request() over %s > turns response code %i into `%s` with the words of the peer, who may refuse',
    ],
  },
  {
    id: 'phase0/reqresp/reserved-codes',
    section: 'Responding side',
    level: 'states',
    rule: 'Codes 4 to 127 are reserved: one that is not known is an error.',
    tests: [
      'test/reqresp/request/request-faults.test.ts > request() over %s > turns response code %i into `%s` with the words of the peer, who may refuse',
    ],
  },
  {
    id: 'phase0/reqresp/error-message',
    section: 'Responding side',
    level: 'MUST',
    rule: 'Any bytes are a valid error message, up to 256.',
    tests: [
      'test/wire/chunks.test.ts > response chunks > take any bytes for a message, and make them safe to show',
      'test/wire/chunks.test.ts > response chunks > with a message beyond 256 bytes are refused before it is read',
      "test/reqresp/vectors.test.ts > another implementation's bytes > as a refusal: $name",
    ],
  },
  {
    id: 'phase0/encoding/ssz-snappy',
    section: 'Encoding strategies',
    level: 'MUST',
    rule: 'ssz_snappy is spoken: SSZ in snappy frames.',
    tests: [
      'test/wire/snappy-frames.test.ts > published snappy frames > $name',
      'test/wire/chunks.test.ts > messages recorded from Lodestar > %s are read, in one piece and in many',
    ],
  },
  {
    id: 'phase0/encoding/length-prefix',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST',
    rule: 'The header is the length of the SSZ bytes, as an unsigned protobuf varint.',
    tests: [
      'test/reqresp/spec-wire.test.ts > a request > is its length and its frames, and then the end of our half',
      'test/wire/varint.test.ts > varints > survive the round trip, from bytes and from a reader that is left at their end',
    ],
  },
  {
    id: 'phase0/encoding/header-first',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST',
    rule: 'The header is checked before the payload is read.',
    tests: ['test/wire/chunks.test.ts > payloads > are refused by their length alone, before anything more is read'],
  },
  {
    id: 'phase0/encoding/varint-ten-bytes',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST',
    rule: 'A length has at most ten bytes.',
    tests: [
      'test/wire/varint.test.ts > varints > are refused beyond ten bytes and beyond 64 bits with `varint_invalid`',
    ],
  },
  {
    id: 'phase0/encoding/varint-uint64',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST',
    rule: 'A length is read into what holds any 64-bit number.',
    tests: ['test/wire/varint.test.ts > varints > are read exactly over the full range of 64 bits'],
  },
  {
    id: 'phase0/encoding/varint-minimal',
    section: 'SSZ-snappy encoding strategy',
    level: 'SHOULD',
    rule: 'A length is written as short as can be; a longer one is taken all the same.',
    tests: ['test/wire/varint.test.ts > varints > are read in encodings longer than needed, up to ten bytes'],
  },
  {
    id: 'phase0/encoding/max-compressed',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST NOT',
    rule: 'No more bytes are read than n SSZ bytes compress to at the worst.',
    tests: [
      'test/wire/snappy-frames.test.ts > snappy frames > are refused by their headers alone when they would take more bytes than the length allows',
      'test/wire/snappy-frames.test.ts > snappy frames > made of nothing but empty chunks end with the bound, not never',
    ],
  },
  {
    id: 'phase0/encoding/more-than-declared',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST',
    rule: 'Frames that hold more than the length says are invalid.',
    tests: [
      'test/wire/snappy-frames.test.ts > snappy frames > that hold more than was declared, %s, are refused with `length_out_of_bounds`',
      'test/wire/chunks.test.ts > payloads > whose frames hold less or more than the length says are refused',
    ],
  },
  {
    id: 'phase0/encoding/less-than-declared',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST',
    rule: 'An end before the declared bytes is invalid.',
    tests: [
      'test/wire/snappy-frames.test.ts > snappy frames > that are cut off end with `unexpected_end`, wherever',
      'test/wire/chunks.test.ts > response chunks > that stop within their head, context, length or frames end with `unexpected_end`',
    ],
  },
  {
    id: 'phase0/encoding/invalid-request',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST',
    rule: 'An invalid request is answered with code 1, and otherwise ignored.',
    tests: [
      'test/reqresp/respond/serve.test.ts > serve() answers a malformed request with code 1, and reports the asker for > %s',
      'test/reqresp/fault-matrix.test.ts > over %s > a responder > answers %s with code 1',
    ],
  },
  {
    id: 'phase0/encoding/invalid-response',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST',
    rule: 'An invalid answer is not taken, and held against the peer.',
    tests: [
      'test/reqresp/request/request-faults.test.ts > request() over %s > refuses %s, and reports the peer',
      'test/reqresp/fault-matrix.test.ts > over %s > a requester > refuses %s',
    ],
  },
  {
    id: 'phase0/encoding/single-field',
    section: 'SSZ-snappy encoding strategy',
    level: 'MUST NOT',
    rule: 'A message of one field is that field, not a container of it.',
    tests: ['test/reqresp/spec-wire.test.ts > a message of one field > is that field alone: %s'],
  },
]
