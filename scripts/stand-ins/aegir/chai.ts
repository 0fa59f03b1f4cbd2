import * as chai from 'chai'
import chaiAsPromised from 'chai-as-promised'

// What libp2p's transport suite asks of aegir's assertions. Whatever is missing here fails its test: it is not a function.

chai.use(chaiAsPromised)
chai.use(({ Assertion }) => {
  Assertion.addMethod('equalBytes', function (this: Chai.AssertionStatic, expected: Uint8Array) {
    const actual: unknown = this._obj
    new Assertion(actual).to.be.an.instanceOf(Uint8Array)
    this.assert(
      Buffer.compare(actual as Uint8Array, expected) === 0,
      'expected the bytes to be others',
      'expected other bytes',
      expected,
    )
  })
  for (const name of ['empty', 'rejected']) makeCallable(Assertion.prototype, name)
})

/** Lets a property that asserts be written as a call, too: `to.be.empty()`. */
function makeCallable(prototype: object, name: string): void {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get
  if (get === undefined) throw new Error(`chai has no property ${name}`)
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: unknown) {
      const asserted: object = get.call(this)
      return new Proxy(() => asserted, { get: (_, key) => Reflect.get(asserted, key, asserted) })
    },
  })
}

export const { expect } = chai
