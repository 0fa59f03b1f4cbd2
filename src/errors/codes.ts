/** Details of an error that has none of its own. */
export type NoDetails = Readonly<Record<string, unknown>>

/** Details that every failed request carries. */
export interface RequestDetails {
  /** Peer id of the peer that was asked. */
  readonly peer?: string
  /** Name of the protocol. */
  readonly protocol?: string
  /** Response chunks that were received before the failure. */
  readonly chunks?: number
  /** Result byte of the peer's answer, where it answered with an error. */
  readonly responseCode?: number
  /** The peer's own error text: untrusted text. */
  readonly reason?: string
  readonly [key: string]: unknown
}

/**
 * Every error code with its meaning, what to do about it, and the type of `details` that goes with it.
 *
 * The only list of codes: `LamparaErrorCode`, the narrowing of `isLamparaError(error, code)` and the page docs/errors.md are made from
 * it. Codes are public API and are never renamed within a major version.
 */
export interface ErrorDetails {
  // Any part
  /**
   * The operation was cancelled by your own signal or because its result is no longer needed.
   *
   * Nothing to do: it ended because you asked for it. The signal's reason is the cause where there is one.
   */
  aborted: { readonly signal?: string }
  /**
   * An argument or option has a value that is not allowed, or options contradict each other.
   *
   * Fix the call: the message names the option, its value and what is allowed.
   */
  invalid_argument: {
    /** What an adopted libp2p node lacks, one sentence each. */
    readonly lacking?: readonly string[]
  }
  /**
   * Something failed that should not fail: a bug in Lampara or in a library below it.
   *
   * Report it with the message and the cause.
   */
  internal: NoDetails
  /**
   * The operation took longer than its limit.
   *
   * Try again, or give it more time. The message names what did not answer; the cause says why, where that is known.
   */
  timeout: NoDetails
  /**
   * The network, client, bootnode or devnet was stopped while the operation was under way, or before it began.
   *
   * Create a new one. A stopped one cannot be started again.
   */
  stopped: NoDetails
  /**
   * A queue is full, so the item is refused.
   *
   * Read subscriptions faster, send fewer requests at once, or wait and try again.
   */
  queue_overflow: NoDetails

  // Chain
  /**
   * The chain configuration lacks a value.
   *
   * Add the key that `details.key` names. A complete `config.yaml` of a network has all of them.
   */
  config_incomplete: { readonly key: string }
  /**
   * A value of the chain configuration is malformed or contradicts another one.
   *
   * Correct the key that `details.key` names.
   */
  config_invalid: { readonly key?: string }
  /**
   * The chain is in a fork that this version does not support, or a fork of that name is not in its schedule.
   *
   * Update the package. With a configuration of your own, check its fork epochs.
   */
  fork_unknown: NoDetails

  // Bytes: SSZ, Snappy and the wire formats
  /**
   * Bytes are not a valid SSZ encoding of the expected type.
   *
   * From a peer, nothing to do: the peer is penalised and another one is asked. In data of your own, check the type and the fork.
   */
  ssz_invalid: NoDetails
  /**
   * JSON does not have the expected shape.
   *
   * Check the server or file. `details.path` names the first wrong value.
   */
  json_invalid: { readonly path?: string }
  /**
   * Bytes are not valid Snappy data.
   *
   * From a peer, nothing to do: the peer is penalised and another one is asked.
   */
  snappy_invalid: NoDetails
  /**
   * The checksum of a Snappy frame does not match its data.
   *
   * From a peer, nothing to do: the peer is penalised and another one is asked.
   */
  snappy_checksum_mismatch: NoDetails
  /**
   * A message, document or file is longer or shorter than its type allows.
   *
   * From a peer, nothing to do. For a document or file, check that the address or path is the right one.
   */
  length_out_of_bounds: NoDetails
  /**
   * A length prefix is not a valid unsigned varint.
   *
   * From a peer, nothing to do: the peer is penalised and another one is asked.
   */
  varint_invalid: NoDetails
  /**
   * The data ended in the middle of a value.
   *
   * From a peer, nothing to do: another one is asked.
   */
  unexpected_end: NoDetails
  /**
   * A fork digest belongs to no fork of this chain.
   *
   * From a peer, nothing to do. If all peers send it, the chain configuration lacks a fork: update the package.
   */
  context_unknown: { readonly forkDigest?: string } & RequestDetails
  /**
   * A gossip topic has an invalid name.
   *
   * Use the exported `topics`, or a name made of letters, digits, `_` and `-`.
   */
  topic_invalid: NoDetails

  // Light-client data that is invalid: no honest peer sends it
  /**
   * The bootstrap is of another block than the checkpoint.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  bootstrap_root_mismatch: NoDetails
  /**
   * A light-client header has fields that do not exist in its fork.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  header_invalid: NoDetails
  /**
   * The Merkle branch of a header does not prove its execution payload header.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  execution_branch_invalid: NoDetails
  /**
   * An update has a finalized header without a proof of it.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  finalized_header_unexpected: NoDetails
  /**
   * The Merkle branch does not prove the finalized header.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  finality_branch_invalid: NoDetails
  /**
   * An update has a next sync committee without a proof of it.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  next_sync_committee_unexpected: NoDetails
  /**
   * The Merkle branch does not prove the next sync committee.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  next_sync_committee_branch_invalid: NoDetails
  /**
   * The Merkle branch of a bootstrap does not prove its sync committee.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  current_sync_committee_branch_invalid: NoDetails
  /**
   * The sync committee of an update is not the one that is already known for its period.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  sync_committee_mismatch: NoDetails
  /**
   * The aggregate key of a sync committee is not the sum of its members' keys: the committee is forged.
   *
   * Nothing to do: everything that rests on the committee is rolled back, and its sender is penalised.
   */
  sync_committee_aggregate_mismatch: NoDetails
  /**
   * Fewer members of the sync committee signed than the specification allows.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  participation_too_low: NoDetails
  /**
   * The aggregate signature of an update does not verify.
   *
   * Nothing to do: the peer is penalised and another one is asked. If it happens with every peer, the chain configuration or the
   * checkpoint is of another network.
   */
  signature_invalid: NoDetails
  /**
   * The slots of an update are not in order: signature after attested after finalized.
   *
   * Nothing to do: the peer is penalised and another one is asked.
   */
  slot_order_invalid: NoDetails

  // Light-client data that may be valid, but cannot be used now
  /**
   * The update brings nothing that is not known already.
   *
   * Nothing to do.
   */
  update_not_relevant: NoDetails
  /**
   * The update was signed in a slot that has not begun by this machine's clock.
   *
   * Nothing to do for one or two slots: it waits for its slot. If it happens all the time, correct this machine's clock.
   */
  update_from_future: NoDetails
  /**
   * The update is of a sync committee period that cannot be reached from the current one.
   *
   * Nothing to do: the periods between are requested first.
   */
  period_out_of_reach: NoDetails
  /**
   * The update was signed by a sync committee that is not known yet.
   *
   * Nothing to do: the update that proves the committee is requested first.
   */
  next_sync_committee_unknown: NoDetails
  /**
   * A bootstrap is not the one of the checkpoint that was chosen.
   *
   * Pass its root as the checkpoint, or leave the file out.
   */
  bootstrap_unrequested: NoDetails
  /**
   * Fewer than two thirds of the sync committee signed the update, so it proves nothing here.
   *
   * Nothing to do: a better signed update of the same slot is waited for. If it lasts, validators of the chain are offline.
   */
  supermajority_missing: NoDetails
  /**
   * Two thirds of the sync committee signed two headers that exclude each other.
   *
   * Do not act on either: the chain itself is attacked or broken. The shown head stays where it was. See docs/trust.md.
   */
  update_conflicting: NoDetails

  // Network
  /**
   * There is nobody to connect to: no bootnode, static peer, record or source was given, and the environment has no discovery.
   *
   * Pass `bootnodes`, `peers` or a join document. In Node, do not disable discv5.
   */
  bootnodes_missing: NoDetails
  /**
   * The join document or bootnode list cannot be read, or a `dnsaddr` name cannot be resolved.
   *
   * Check the address and that the bootnode is running; in a page, also that the server allows the page's origin (CORS).
   */
  bootnodes_unreachable: NoDetails
  /**
   * The answer is not a join document.
   *
   * Check the address: it is the bootnode's HTTP address, not its multiaddr.
   */
  join_document_invalid: NoDetails
  /**
   * Join documents name different chains, or another chain or time than the one that is followed.
   *
   * Remove the one that is wrong, or pass `chain`. From a running client: its network was started again; create a new client.
   */
  chain_mismatch: { readonly url?: string }
  /**
   * An address is not a multiaddr that can be used here.
   *
   * Correct `details.address`. The message says what is wrong; a browser needs `/ws`, `/wss`, `/webtransport` or WebRTC addresses.
   */
  address_invalid: { readonly address?: string }
  /**
   * Text or bytes are not a valid ENR, or its signature does not verify.
   *
   * Copy the whole record, from `enr:` on.
   */
  enr_invalid: NoDetails
  /**
   * No connection to the peer could be opened.
   *
   * Check that the peer is running and reachable. The cause says what the transport answered; a gateway's refusal of a tunnel is in
   * `details.status`.
   */
  dial_failed: {
    readonly status?: string
    /** Milliseconds after which the gateway allows another try. */
    readonly retryAfterMs?: number
  }
  /**
   * No connected peer can answer this.
   *
   * Wait for peers (`network.status.peers`), or connect to one that supports the protocol.
   */
  peer_unavailable: NoDetails
  /**
   * The peer disconnected, or the stream was reset, before the operation was complete.
   *
   * Try again: another peer is chosen where none was named.
   */
  peer_disconnected: RequestDetails
  /**
   * The peer does not support the protocol.
   *
   * Ask another peer.
   */
  protocol_unsupported: RequestDetails
  /**
   * The peer is of another chain, another fork or another finalized history.
   *
   * If it happens with every peer, check the chain and the checkpoint. Otherwise nothing to do: the peer is disconnected.
   */
  irrelevant_network: { readonly peerId?: string }
  /**
   * This machine's clock and the peers' heads disagree.
   *
   * Correct this machine's clock.
   */
  clock_skewed: {
    readonly peerId?: string
    /** Estimate of the error: what to add to this machine's clock, in milliseconds. */
    readonly offsetMs?: number
    /** Independent peers that agree on it. */
    readonly agreeing?: number
    /** Independent peers that were compared. */
    readonly of?: number
  }

  // Request/response
  /**
   * A dial did not connect within its time limit.
   *
   * Try again, or ask another peer.
   */
  dial_timeout: { readonly status?: string; readonly retryAfterMs?: number }
  /**
   * No stream to the connected peer opened within the time limit.
   *
   * Try again, or ask another peer.
   */
  open_stream_timeout: RequestDetails
  /**
   * The peer did not take the request within its time limit.
   *
   * Try again, or ask another peer.
   */
  request_timeout: RequestDetails
  /**
   * The first byte of the response did not arrive within its time limit.
   *
   * Try again, or ask another peer.
   */
  first_byte_timeout: RequestDetails
  /**
   * The next chunk of the response did not arrive within its time limit.
   *
   * Continue with another peer, from the chunk after the last one.
   */
  chunk_timeout: RequestDetails
  /**
   * The request as a whole took longer than its limit.
   *
   * Ask for less at once, or give it more time.
   */
  total_timeout: RequestDetails
  /**
   * The request is malformed, or the peer says so (result 1).
   *
   * Check the request: a range may be too long for this peer, or not allowed by the protocol.
   */
  request_invalid: RequestDetails
  /**
   * The peer failed while answering (result 2).
   *
   * Ask another peer.
   */
  server_error: RequestDetails
  /**
   * The peer does not have what was asked for (result 3).
   *
   * Ask another peer: nodes keep light-client data for different ranges.
   */
  resource_unavailable: RequestDetails
  /**
   * The peer refuses because it was asked too often (result 139).
   *
   * Wait some seconds, or ask another peer.
   */
  rate_limited: RequestDetails
  /**
   * The peer answered with a result code that the specification does not define.
   *
   * Ask another peer.
   */
  response_code_unknown: RequestDetails
  /**
   * The response has no chunk where the protocol requires one.
   *
   * Ask another peer.
   */
  response_empty: RequestDetails
  /**
   * The response is not what the protocol allows: the wrong range, order or content.
   *
   * Nothing to do: the peer is penalised.
   */
  response_invalid: RequestDetails

  // Gossip
  /**
   * A message cannot be published.
   *
   * Wait until a peer subscribes to the topic. The message says whether peers are missing, or the payload is too large.
   */
  publish_failed: NoDetails
  /**
   * A message arrived on a topic that is not subscribed.
   *
   * Nothing to do: it is dropped.
   */
  topic_not_subscribed: NoDetails

  // Light client
  /**
   * There is no checkpoint to start from.
   *
   * Pass `checkpoint`: a recent finalized block root, or providers that are asked for one.
   */
  checkpoint_missing: NoDetails
  /**
   * No connected peer has the checkpoint, or the providers do not agree on one.
   *
   * Use a newer checkpoint, the root of the first block of an epoch. `details.answers` says what each provider answered.
   */
  checkpoint_unavailable: {
    readonly root?: string
    readonly answers?: readonly string[]
  } & RequestDetails
  /**
   * The checkpoint, or the last finalized header, is older than `maxCheckpointAgeMs`.
   *
   * Pass a newer checkpoint, or name providers so that one is requested (`checkpoint: { providers }`).
   */
  checkpoint_too_old: {
    readonly slot: number
    /** Age in milliseconds. */
    readonly ageMs: number
  }

  // Platform
  /**
   * Stored data is damaged.
   *
   * Nothing to do: it is set aside and the start goes on without it.
   */
  storage_invalid: NoDetails
  /**
   * The storage cannot be opened, read or written.
   *
   * Free space or fix the permissions of the directory; in a browser, private mode or blocked site data may be the reason.
   * `openStorage(chain, { optional: true })` starts without it.
   */
  storage_unavailable: NoDetails
  /**
   * Another process or tab uses the same storage.
   *
   * Stop it first, or use another directory or name.
   */
  storage_in_use: {
    /** Process that holds the lock. */
    readonly pid?: number
    /** Machine on which it runs. */
    readonly host?: string
  }
  /**
   * The runtime lacks something that is needed.
   *
   * The message names it: a newer Node or browser, an optional package, or WebAssembly.
   */
  runtime_unsupported: NoDetails
  /**
   * A part of the package that loads on demand cannot be loaded.
   *
   * Try again when the page is online. After a new deployment, and in browsers that remember a failed import, reload the page.
   */
  code_unavailable: NoDetails
  /**
   * A file cannot be read, or does not contain what is expected.
   *
   * Check the path and the permissions.
   */
  file_unreadable: NoDetails
}

/** One of the closed set of error codes. */
export type LamparaErrorCode = keyof ErrorDetails
