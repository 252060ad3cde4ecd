// Saving: everything typed is in this browser within 300 ms, and on the server
// after five seconds of rest or thirty of typing. Nothing is dropped before the
// server has said that it has it.
import type { Json } from "./convert"
import { newID } from "./dom"
import { alive, drop, of, put, stay, type Kept } from "./keep"
import { over, same } from "./merge"
import { post, story } from "./story"

export type Status = "saved" | "typing" | "saving" | "offline" | "signed_out" | "denied" | "gone" | "invalid" | "unkept"

export interface Desk {
  /** the text as it is shown now */
  content: () => Json
  /** shows another text */
  show: (content: Json, undoable?: boolean) => void
  status: (s: Status, say?: string, fields?: Record<string, string>) => void
  merged: (by: string[]) => void
  conflicts: (list: Json[]) => void
  /** says that kept text was put back, or asks about that of other tabs */
  replayed: (k: Kept, undo: () => void) => void
  offer: (k: Kept, take: () => void, discard: () => void) => void
}

const rest = 5000 // ms without a key before a save
const most = 30000 // ms of typing before one
const keepAfter = 200 // ms until the browser has it
const patience = [2000, 4000, 8000, 15000, 30000, 60000] // ms between tries

export class Saver {
  conflicts: Json[] = []
  private client = ""
  private seq = 0
  private base = story.base
  private number = story.number
  private dirty = false
  private flying = false
  private again: { cut: boolean } | null = null
  private tries = 0
  private since = 0 // first change that was not sent
  private timer = 0
  private keepTimer = 0
  private stopped = false // until the person does something: gone, denied

  constructor(private desk: Desk) {}

  /** start finds out who this tab is and what an earlier one left behind. */
  async start() {
    const living = await alive()
    this.client = sessionStorage.getItem("masthead:" + story.id) || ""
    if (!this.client || living?.has(this.client)) this.client = newID(26) // a tab that was duplicated is another tab
    this.seq = Number(sessionStorage.getItem("masthead:seq:" + this.client) || 0)
    sessionStorage.setItem("masthead:" + story.id, this.client)
    stay(this.client)
    addEventListener("online", () => this.retry())
    addEventListener("focus", () => this.retry())
    addEventListener("pagehide", () => this.leave())
    document.addEventListener("visibilitychange", () => document.hidden && this.leave())
    addEventListener("beforeunload", e => { if (this.dirty && this.tries > 0) e.preventDefault() })
    await this.replay(living)
  }

  get id(): string { return this.client }

  /** changed is called after every key. */
  changed() {
    this.dirty = true
    this.stopped = false
    this.since ||= Date.now()
    this.desk.status(this.tries ? "offline" : "typing")
    this.keepTimer ||= window.setTimeout(() => this.keep(), keepAfter)
    if (!this.tries) this.wait(Math.min(rest, Math.max(0, this.since + most - Date.now())))
  }

  private wait(ms: number) {
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => this.send(false), ms)
  }

  /** save is asked for by the person. */
  save() {
    this.stopped = false
    this.desk.status("saving")
    void this.send(true)
  }

  /** settled saves the text and tells whether the server has all of it. */
  async settled(): Promise<boolean> {
    this.stopped = false
    await this.send(true)
    while (this.flying || this.again) await new Promise(done => setTimeout(done, 50)) // one that was under way
    return !this.dirty && !this.tries && !this.conflicts.length
  }

  /** revision is the server's name of the text that this one is in step with. */
  get revision(): string { return this.base }

  private retry() {
    if (this.tries && !this.stopped) void this.send(false)
  }

  private key = (client: string): string => story.id + ":" + client

  private record(): Kept {
    return { key: this.key(this.client), article: story.id, client: this.client, base: this.base, number: this.number, seq: this.seq, content: this.desk.content(), at: Date.now(), conflicts: this.conflicts, dirty: this.dirty || this.flying }
  }

  /** keep writes the text into the browser's storage, or clears it where the
   * server has all. */
  async keep() {
    clearTimeout(this.keepTimer)
    this.keepTimer = 0
    if (!this.dirty && !this.flying && !this.conflicts.length) return drop(this.key(this.client))
    if (!(await put(this.record()))) this.desk.status("unkept")
  }

  /** send brings the text to the server; one at a time. */
  async send(cut: boolean, more: RequestInit = {}) {
    if (this.flying) return void (this.again = { cut: cut || !!this.again?.cut })
    if (this.stopped || (!this.dirty && !cut)) return
    clearTimeout(this.timer)
    const content = this.desk.content()
    this.flying = true
    this.dirty = false
    this.since = 0
    sessionStorage.setItem("masthead:seq:" + this.client, String(++this.seq))
    this.desk.status("saving")
    try {
      const { status, answer } = await post(story.urls.save, { client: this.client, seq: this.seq, base: this.base, content, cut }, more)
      this.flying = false
      this.answered(status, answer, content)
    } catch {
      this.flying = false
      this.failed()
    }
    await this.keep()
    const again = this.again
    this.again = null
    if (again && !this.tries) await this.send(again.cut)
    else if (this.dirty && !this.tries && !this.stopped) this.wait(rest)
  }

  private answered(status: number, a: Json, sent: Json) {
    if (status === 200 || status === 409) {
      this.tries = 0
      this.base = a.revision
      this.number = a.number
      const clashes: Json[] = a.state === "conflict" ? a.conflicts || [] : []
      if (a.content) {
        const here = this.desk.content()
        this.desk.show(clash(clashes, sent, here, over(sent, a.content, here)))
      }
      if (a.state === "merged") this.desk.merged(a.by || [])
      this.desk.status(this.dirty ? "typing" : "saved", a.at)
      this.conflicts.push(...clashes)
      if (clashes.length) this.desk.conflicts(this.conflicts)
      return
    }
    if (status >= 500 || status === 429 || status === 408 || status === 0) return this.failed()
    this.dirty = true
    if (status === 401) {
      this.tries = Math.max(1, this.tries) // tried again when the window is looked at
      return this.desk.status("signed_out")
    }
    this.stopped = true
    this.desk.status(status === 410 || status === 404 ? "gone" : status === 422 || status === 413 || status === 400 ? "invalid" : "denied", a.say, a.fields)
  }

  /** failed: no answer, or none that settles it. The text stays as it is. */
  private failed() {
    this.dirty = true
    this.desk.status("offline")
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => this.send(false), patience[Math.min(this.tries++, patience.length - 1)])
  }

  /** settle ends a conflict with the text that was chosen. */
  settle(c: Json) {
    this.conflicts = this.conflicts.filter(x => x !== c)
    this.changed()
  }

  private leave() {
    void this.keep()
    if (!this.dirty) return
    const size = JSON.stringify(this.desk.content()).length * 2
    void this.send(true, size < 60000 ? { keepalive: true } : {}) // browsers refuse more than 64 KB of those
  }

  /** replay takes over what a tab that is gone had not saved. */
  private async replay(living: Set<string> | null) {
    const own = (k: Kept) => k.client === this.client
    const found = (await of(story.id)).filter(k => own(k) || (living ? !living.has(k.client) : Date.now() - k.at > 60000))
    const useful: Kept[] = []
    for (const k of found) {
      if (k.conflicts.length || (k.dirty && !same(k.content, this.desk.content()))) useful.push(k)
      else await drop(k.key)
    }
    const first = useful.shift()
    if (first) await this.adopt(first)
    for (const k of useful) this.desk.offer(k, () => void this.adopt(k), () => void drop(k.key))
  }

  /** adopt shows a kept text and saves it on the base that it was written on:
   * the server merges what others did meanwhile. */
  private async adopt(k: Kept) {
    if (this.dirty || this.flying) await this.settled()
    if (this.dirty) { // the server can't be reached: what is shown is kept apart, and offered next time
      const other = newID(26)
      await put({ ...this.record(), key: this.key(other), client: other })
    }
    const before = this.desk.content()
    const onServer = k.base === this.base
    this.base = k.base
    this.desk.show(k.content, true)
    this.conflicts.push(...k.conflicts)
    this.dirty = k.dirty
    await this.keep()
    if (k.client !== this.client) await drop(k.key)
    if (k.dirty) this.desk.replayed(k, () => { this.desk.show(before, true); this.changed() })
    if (!onServer || k.dirty) void this.send(false)
    if (this.conflicts.length) this.desk.conflicts(this.conflicts)
  }
}

/** clash shows theirs wherever both changed the same, and notes as "mine" what
 * the person has there now: they may have written on since the text was sent. */
function clash(list: Json[], sent: Json, here: Json, next: Json): Json {
  const out: Json = { ...next, body: { ...next.body } }
  for (const c of list) {
    const [what, name] = split(c.part)
    if (what === "field") {
      if (!same(here[name], sent[name])) c.mine = here[name] ?? null
      setOrDrop(out, name, c.theirs)
      continue
    }
    const key = what === "block" ? "blocks" : "footnotes"
    const find = (body: Json): Json | undefined => (body?.[key] || []).find((b: Json) => b.id === name)
    if (!same(find(here.body), find(sent.body))) c.mine = find(here.body) ?? null
    const at: Json[] = out.body[key] || []
    out.body[key] = at.map(b => (b.id === name ? c.theirs : b)).filter(Boolean)
  }
  return out
}

/** split takes "block:abc" apart. */
export function split(part: string): [string, string] {
  const i = part.indexOf(":")
  return [part.slice(0, i), part.slice(i + 1)]
}

export function setOrDrop(o: Json, key: string, v: unknown) {
  if (v === null || v === undefined) delete o[key]
  else o[key] = v
}
