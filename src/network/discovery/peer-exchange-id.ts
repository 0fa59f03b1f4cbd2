/** The libp2p protocol id of peer exchange: apart, since a page looks for it before it loads the rest. */
export const peerExchangeId = '/lampara/peer_exchange/1/ssz_snappy'
