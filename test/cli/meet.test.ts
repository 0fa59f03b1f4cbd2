import { describe, expect, it } from 'vitest'
import { readMeeting } from '../../src/cli/options/meet.ts'

const values = { discv5: false, 'allow-private': false }
const nobody = { addresses: [], records: [] }

describe('whom the command line says to meet', () => {
  it('is whoever discv5 finds where nobody is named', () => {
    expect(readMeeting(values, nobody).discv5).toEqual({})
    expect(readMeeting({ ...values, peer: ['/ip4/127.0.0.1/tcp/1'] }, nobody).discv5).toBeUndefined()
  })

  it('are those of the join document, with whose records discv5 begins when it is asked for', () => {
    const joined = { addresses: ['/ip4/127.0.0.1/tcp/1'], records: ['enr:a'] }
    expect(readMeeting(values, joined)).toMatchObject({ bootnodes: joined.addresses })
    expect(readMeeting(values, joined).discv5).toBeUndefined()
    expect(readMeeting({ ...values, discv5: true }, joined).discv5).toEqual({ bootstrap: ['enr:a'] })
    const named = { ...values, 'discv5-bootstrap': ['enr:b'] }
    expect(readMeeting(named, joined).discv5).toEqual({ bootstrap: ['enr:b'] })
  })
})
