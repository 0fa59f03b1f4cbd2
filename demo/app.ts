import {
  type FieldProblem,
  isFieldProblem,
  queryOf,
  type Target,
  type TargetForm,
  targetFromForm,
  targetName,
} from './connect/target.ts'
import { type PageModel, pageModel } from './model/page.ts'
import { type AppEvent, type AppState, initialState, reduce } from './state/app-state.ts'
import { type OpenClient, type Session, startSession } from './state/session.ts'
import { pageView } from './view/page.ts'

/** What the page is given: the way to a client, and what to start with. */
export interface AppOptions {
  /** Starts a client that joins at the target. */
  readonly open: (target: Target, signal: AbortSignal) => ReturnType<OpenClient>
  /** What the form holds at first; a target that it names already is joined at once. */
  readonly form: TargetForm
}

/** Ages tick by the second. */
const TICK_MS = 1000

/** The join document names another chain now, as after a new `npm start`: only a new client can go there. */
function isElsewhere(event: AppEvent): boolean {
  return event.type === 'status' && event.status.error?.code === 'chain_mismatch'
}

/** Puts the page into an element and runs it for as long as the document lives. */
export function mountApp(root: Element, options: AppOptions): void {
  let state: AppState = initialState
  let session: Session | undefined
  let ending: Promise<void> = Promise.resolve()
  let target: Target | undefined
  let frame = 0

  const model = (): PageModel => {
    const where = target === undefined ? undefined : targetName(target)
    return pageModel(state, session?.now() ?? Date.now(), view.chartWidth, where)
  }
  const render = (): void => {
    frame = 0
    const shown = model()
    document.title = shown.title
    view.show(shown)
  }
  // Events come in bursts while syncing; the page needs one layout per frame.
  const schedule = (): void => {
    if (frame === 0) frame = requestAnimationFrame(render)
    // A hidden page gets no frames, but its tab still tells the title.
    if (document.hidden) document.title = model().title
  }
  const dispatch = (event: AppEvent): void => {
    // The log tells the reader's own time; a replayed chain's clock serves only for ages.
    state = reduce(state, event, Date.now())
    if (isElsewhere(event) && target !== undefined) void start(target)
    if (event.type === 'open-failed') view.form.open(true)
    schedule()
  }
  const start = async (next: Target): Promise<void> => {
    if (session !== undefined) ending = session.stop()
    target = next
    session = undefined
    await ending
    // Another start may have come while the previous client said goodbye.
    if (session !== undefined || target !== next) return
    view.form.complain(undefined)
    view.form.open(false)
    dispatch({ type: 'opening', where: targetName(next) })
    session = startSession((signal) => options.open(next, signal), dispatch)
  }
  const submit = (): FieldProblem | undefined => {
    const result = targetFromForm(view.form.value, location.href)
    if (isFieldProblem(result)) return result
    history.replaceState(null, '', queryOf(result))
    void start(result)
    return undefined
  }
  const toggle = (): void => {
    const running = state.phase === 'opening' || (state.phase === 'running' && state.status?.state !== 'failed')
    if (running) void session?.stop()
    else if (target !== undefined) void start(target)
    else submitAloud()
  }
  const submitAloud = (): void => {
    const problem = submit()
    if (problem !== undefined) view.form.open(true)
    view.form.complain(problem)
  }

  const view = pageView({ onSubmit: submitAloud, onAction: toggle, onResize: schedule })
  root.replaceChildren(view.element)
  view.form.fill(options.form)
  render()
  setInterval(schedule, TICK_MS)
  document.addEventListener('visibilitychange', schedule)
  const given = options.form.url !== '' || options.form.address !== ''
  if (given) submitAloud()
  else view.form.open(true)
}
