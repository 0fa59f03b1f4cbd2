/** Prints what a simulation came to: the assertions beside it are bounds, these are the figures. */
export function tell(what: string, figures: object): void {
  process.stdout.write(
    `  ${what}: ${JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value))}\n`,
  )
}
