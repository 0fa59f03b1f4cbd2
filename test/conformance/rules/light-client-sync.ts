import type { SpecDocument } from '../types.ts'

const gloas = 'test/light-client/verification/gloas.test.ts > light-client data of Gloas'
const vectors = 'test/light-client/verification/spec-sync.test.ts > the specification’s light_client/sync cases'
const invalid =
  'test/light-client/verification/validate-update.test.ts > validateLightClientUpdate() of invalid updates'
const useless =
  'test/light-client/verification/validate-update.test.ts > validateLightClientUpdate() of updates that are not useful'

export const lightClientSync: SpecDocument = {
  spec: 'altair/light-client/sync-protocol.md',
  rules: [
    {
      id: 'sync/initialize',
      section: '`initialize_light_client_store`',
      level: 'states',
      rule: 'A bootstrap is of the trusted root, and its committee is proven.',
      tests: [
        'test/light-client/verification/validate-update.test.ts > initializeLightClientStore() > refuses another block’s bootstrap, and a committee that its state does not hold',
      ],
    },
    {
      id: 'sync/participants',
      section: '`validate_light_client_update`',
      level: 'states',
      rule: 'Somebody signed.',
      tests: [`${invalid} > rejects one that nobody signed`],
    },
    {
      id: 'sync/order-of-slots',
      section: '`validate_light_client_update`',
      level: 'states',
      rule: 'Now, signature, attested and finalized slot come in this order.',
      tests: [
        `${invalid} > rejects one signed in or before the slot that it attests`,
        `${invalid} > rejects one that finalizes a later slot than it attests`,
        `${useless} > ignores one from the future`,
      ],
    },
    {
      id: 'sync/period',
      section: '`validate_light_client_update`',
      level: 'states',
      rule: 'The signers are of the store’s period, or of the next one where its committee is known.',
      tests: [
        `${useless} > ignores one whose signers are out of reach, later or earlier`,
        `${useless} > ignores one of the next period while its committee is unknown`,
      ],
    },
    {
      id: 'sync/relevant',
      section: '`validate_light_client_update`',
      level: 'states',
      rule: 'It is newer than what is final, or brings the next committee.',
      tests: [`${useless} > ignores one that is not newer than what is final, unless it brings the next committee`],
    },
    {
      id: 'sync/finality-branch',
      section: '`validate_light_client_update`',
      level: 'states',
      rule: 'The finalized header is proven by the attested state; genesis is a root of zeros.',
      tests: [
        `${invalid} > rejects a finalized header that no branch proves`,
        `${invalid} > rejects a finalized header that its branch does not prove`,
        `${invalid} > rejects a header in place of the genesis checkpoint, and takes the checkpoint`,
      ],
    },
    {
      id: 'sync/committee-branch',
      section: '`validate_light_client_update`',
      level: 'states',
      rule: 'The next committee is proven by the attested state, and is the known one where there is one.',
      tests: [
        `${invalid} > rejects a next committee that no branch proves`,
        `${invalid} > rejects a next committee that its branch does not prove`,
        `${invalid} > rejects a next committee other than the one that is known for the period`,
      ],
    },
    {
      id: 'sync/signature',
      section: '`validate_light_client_update`',
      level: 'states',
      rule: 'The committee’s signature is over the attested header, under the fork of the slot before the signature.',
      tests: [
        `${invalid} > rejects a signature by another committee, over another slot, or under another fork`,
        `${invalid} > takes the fork of the slot before the signature`,
        'test/light-client/verification/committee-verifier.test.ts > a committee verifier on $implementation > calls malformed signatures, keys and bits false rather than throwing',
      ],
    },
    {
      id: 'sync/process',
      section: '`process_light_client_update`',
      level: 'states',
      rule: 'Finality needs two thirds; an optimistic header more than half of the usual participation; the best update is kept.',
      tests: [
        'test/light-client/verification/validate-update.test.ts > processLightClientUpdate() > does not finalize below two thirds, but keeps the best for a forced update',
        'test/light-client/verification/validate-update.test.ts > processLightClientUpdate() > does not show a head that half as many as usual signed',
        `${vectors} > %s reaches every header of its steps`,
      ],
    },
    {
      id: 'sync/next-committee',
      section: '`process_light_client_update`',
      level: 'states',
      rule: 'A next committee is taken from an update whose finalized block is of the period of its attested one.',
      tests: [
        'test/light-client/verification/validate-update.test.ts > processLightClientUpdate() > learns the next committee from an update that finalizes the period before, when it is final in this one',
      ],
      deviates:
        'It is taken, too, where the store’s own finalized block is of that period already: the choice of the committee stands by then, and a client that started early in a period could not leave it otherwise.',
    },
    {
      id: 'sync/force-update',
      section: '`process_light_client_store_force_update`',
      level: 'states',
      rule: 'After UPDATE_TIMEOUT without finality the best update may be taken as if it were final.',
      tests: [
        'test/light-client/two-thirds.test.ts > the verified store > is not moved by an update below two thirds, however long ago finality was, nor is its signature checked',
        'test/light-client/two-thirds.test.ts > the verified store > takes no committee from an update that proves no finality',
      ],
      deviates:
        'It is never called: with it one key and a day’s patience fake a finalized header. A client that peers cannot lead on says so, asks more peers, and asks the user’s providers for a newer checkpoint.',
    },
    {
      id: 'sync/two-thirds',
      section: '`process_light_client_update`',
      level: 'states',
      rule: 'Whatever is finalized or teaches a committee is signed by two thirds: the checkpoint and two thirds of a sync committee are all that is trusted.',
      tests: [
        'test/light-client/two-thirds.test.ts > the verified store > is moved by exactly two thirds',
        'test/light-client/two-thirds.test.ts > the verified store > is not moved by an update below two thirds, however long ago finality was, nor is its signature checked',
        'test/adversary/attacks.test.ts > $name > neither fakes nor holds back a head, and the status is true: %s',
      ],
    },
    {
      id: 'sync/better-update',
      section: '`is_better_update`',
      level: 'states',
      rule: 'Updates are ranked as laid down.',
      tests: ['test/light-client/verification/better-update.test.ts > isBetterUpdate() > prefers %s'],
    },
    {
      id: 'sync/branches-normalized',
      section: '`is_valid_normalized_merkle_branch`',
      level: 'states',
      rule: 'A branch longer than its place is deep has zeros in front.',
      tests: [`${invalid} > rejects a branch too short for its place, and one whose surplus is not zero`],
    },
  ],
}

export const lightClientSyncLater: readonly SpecDocument[] = [
  {
    spec: 'capella/light-client/sync-protocol.md',
    rules: [
      {
        id: 'sync/capella/execution',
        section: '`is_valid_light_client_header`',
        level: 'states',
        rule: 'The execution header is proven by the block’s body; before Capella there is none.',
        tests: [
          `${invalid} > rejects execution data before Capella`,
          `${invalid} > rejects blob gas before Deneb, and a missing execution payload from Capella on`,
          'test/light-client/follow-recorded.test.ts > a light client in Node over TCP > proves the execution block of its heads from Capella on, and tells peers of the checkpoint that it verified',
        ],
      },
    ],
  },
  {
    spec: 'deneb/light-client/sync-protocol.md',
    rules: [
      {
        id: 'sync/deneb/blob-gas',
        section: '`is_valid_light_client_header`',
        level: 'states',
        rule: 'Before Deneb there is no blob gas, and the execution header has Capella’s root.',
        tests: [
          `${invalid} > rejects blob gas before Deneb, and a missing execution payload from Capella on`,
          `${vectors} > %s reaches the same headers with its objects upgraded to the newest containers`,
        ],
      },
    ],
  },
  {
    spec: 'electra/light-client/sync-protocol.md',
    rules: [
      {
        id: 'sync/electra/generalized-indices',
        section: 'Helpers',
        level: 'states',
        rule: 'From Electra on branches are for the places in its deeper state.',
        tests: [
          'test/ssz/generalized-indices.test.ts > generalized indices > follow from the very fields of the $name containers',
          `${vectors} > %s reaches every header of its steps`,
        ],
      },
    ],
  },
  {
    spec: 'gloas/light-client/sync-protocol.md',
    rules: [
      {
        id: 'sync/gloas/execution-block-hash',
        section: '`is_valid_light_client_header`',
        level: 'states',
        rule: 'The hash of an execution block is proven by the block’s body, where the fork of its slot has it.',
        tests: [
          `${gloas} > is refused with another block hash, or one bit of its branch changed`,
          `${gloas} > is followed across the fork, by an update that finalizes a block from before it`,
          'test/light-client/verification/recorded-folders.test.ts > recorded mainnet objects > $name from $checkpoint end on the same heads in the newest containers',
        ],
      },
      {
        id: 'sync/gloas/generalized-indices',
        section: 'Helpers',
        level: 'states',
        rule: 'From Gloas on branches are for the places in its progressive state.',
        tests: [
          'test/ssz/generalized-indices.test.ts > generalized indices > follow in Gloas from the fields of its progressive containers, whose active fields are mixed in',
          `${gloas} > is followed from a bootstrap on, from one period into the next`,
        ],
      },
      {
        id: 'sync/gloas/upgrade',
        section: 'Upgrading light client data',
        level: 'states',
        rule: 'Earlier data in Gloas’s containers proves the same.',
        tests: [`${vectors} > %s reaches the same headers with its objects upgraded to the newest containers`],
      },
    ],
  },
]

export const lightClientProcess: SpecDocument = {
  spec: 'altair/light-client/light-client.md',
  rules: [
    {
      id: 'process/configured',
      section: 'Light client sync process',
      level: 'MUST',
      rule: 'Chain, genesis and a trusted block root are given from outside.',
      tests: [
        'test/light-client/spec-process.test.ts > a light client > does not start without a trusted root, nor with what is none',
        'test/chain/create-chain.test.ts > createChain() > says `config_incomplete` without genesis, and for each key that it needs',
      ],
    },
    {
      id: 'process/weak-subjectivity',
      section: 'Light client sync process',
      level: 'SHOULD',
      rule: 'The trusted block lies within the weak subjectivity period.',
      tests: [
        'test/light-client/follow-recorded.test.ts > a light client in Node over TCP > fails with `checkpoint_too_old` when the checkpoint is older than allowed',
      ],
    },
    {
      id: 'process/weak-subjectivity-while-running',
      section: 'Light client sync process',
      level: 'SHOULD',
      rule: 'What the client goes on from stays within the weak subjectivity period while it runs, and after a sleep.',
      tests: [
        'test/light-client/age.test.ts > a running light client > fails with `checkpoint_too_old` when its finalized header becomes older than allowed',
        'test/light-client/age.test.ts > a running light client > begins with a newer checkpoint of its providers instead, where it has some',
      ],
    },
    {
      id: 'process/bootstrap',
      section: 'Light client sync process',
      level: 'states',
      rule: 'The store begins with the bootstrap of the trusted root.',
      tests: [
        'test/light-client/follow-recorded.test.ts > a light client in Node over TCP > bootstraps from a checkpoint, catches up across sixty periods and shows the recorded heads',
      ],
    },
    {
      id: 'process/own-period',
      section: 'Light client sync process',
      level: 'states',
      rule: 'While the next committee is unknown, the update of the store’s own period is asked for.',
      tests: [
        'test/light-client/follow-recorded.test.ts > a light client in Node over TCP > bootstraps from a checkpoint, catches up across sixty periods and shows the recorded heads',
        "test/light-client/sync/sync-plan.test.ts > nextSyncStep() > asks for the store's own period while its next committee is unknown",
      ],
    },
    {
      id: 'process/random-time',
      section: 'Light client sync process',
      level: 'SHOULD',
      rule: 'Within the current period it is asked for at a random time.',
      tests: [
        'test/light-client/follow-recorded.test.ts > a light client in Node over TCP > bootstraps from a checkpoint, catches up across sixty periods and shows the recorded heads',
        "test/light-client/sync/sync-plan.test.ts > nextSyncStep() > asks for the store's own period while its next committee is unknown",
      ],
      deviates:
        'We ask at once. A peer may send us away within half a minute, and without the next committee a client that wakes up a period later can verify nothing.',
    },
    {
      id: 'process/catch-up',
      section: 'Light client sync process',
      level: 'states',
      rule: 'Behind by more than a period, the update of each period in between is asked for, the current one excluded.',
      tests: [
        'test/light-client/follow-recorded.test.ts > a light client in Node over TCP > bootstraps from a checkpoint, catches up across sixty periods and shows the recorded heads',
        'test/light-client/sync/sync-plan.test.ts > nextSyncStep() > asks from the period after the finalized one up to the present one',
      ],
      deviates:
        'The current period’s update is asked for with them: it may be there already, and brings the next committee early.',
    },
    {
      id: 'process/follow',
      section: 'Light client sync process',
      level: 'states',
      rule: 'Otherwise finality and optimistic updates are followed.',
      tests: [
        'test/light-client/sync/sync-plan.test.ts > nextSyncStep() > follows when the finalized period is the present or the last one and the committee is known',
        'test/bootnode/bootnode.test.ts > a bootnode > serves one address from which a client starts and follows',
      ],
    },
  ],
}

export const lightClientFullNode: readonly SpecDocument[] = (['altair', 'capella', 'deneb'] as const).map((fork) => ({
  spec: `${fork}/light-client/full-node.md`,
  rules: [],
  outside: [
    {
      what: 'making light-client data from blocks and states, and which of it to keep',
      why: 'for full nodes. Our devnet does it, and its objects pass Lodestar’s light client as well as ours.',
    },
  ],
}))
