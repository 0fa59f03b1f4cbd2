import { LamparaError } from '../../errors/index.ts'
import { type Persona, type PersonaName, personaNames, personas } from './personas.ts'

/** @throws LamparaError `invalid_argument` for a name that is none */
export function findPersona(name: PersonaName): Persona {
  if (Object.hasOwn(personas, name)) return personas[name]
  throw new LamparaError(
    'invalid_argument',
    `Cannot start a devnet: there is no persona ${name}, only ${personaNames.join(', ')}`,
  )
}
