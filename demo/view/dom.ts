/** What may be given for an element: attributes by name; `false` and `undefined` leave them out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** A part of the page: built once, then shown new models. */
export interface View<Model> {
  readonly element: HTMLElement
  show(model: Model): void
}

/** Makes an HTML element. */
export function html<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  setAttributes(element, attributes)
  element.append(...children)
  return element
}

/** Makes an SVG element. */
export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  setAttributes(element, attributes)
  element.append(...children)
  return element
}

/** Sets attributes that changed and removes those that are off. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name)
    else if (element.getAttribute(name) !== String(value))
      element.setAttribute(name, value === true ? '' : String(value))
  }
}

/** Sets an element's text, only when it differs: a rewrite would drop the reader's selection and be announced again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Keeps a list of elements in step with keyed models, reusing those that stay. */
export function keyedList<Model, Row extends Element>(
  parent: Element,
  keyOf: (model: Model) => string,
  create: (model: Model) => Row,
  update: (row: Row, model: Model) => void,
): (models: readonly Model[]) => void {
  const rows = new Map<string, Row>()
  return (models) => {
    const wanted = new Set(models.map(keyOf))
    for (const [key, row] of rows) {
      if (wanted.has(key)) continue
      row.remove()
      rows.delete(key)
    }
    models.forEach((model, index) => {
      const key = keyOf(model)
      const row = rows.get(key) ?? create(model)
      rows.set(key, row)
      update(row, model)
      if (parent.children[index] !== row) parent.insertBefore(row, parent.children[index] ?? null)
    })
  }
}
