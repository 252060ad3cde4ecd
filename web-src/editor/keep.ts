// What was typed and has not reached the server is kept in this browser, in
// IndexedDB, or in localStorage where there is none (private windows of some).
import type { Json } from "./convert"

/** Kept is the text of one tab on one article. */
export interface Kept {
  key: string // article and tab
  article: string
  client: string
  base: string // the revision that it was last in step with
  number: number
  seq: number
  content: Json
  at: number // ms since 1970
  conflicts: Json[] // not decided yet
  dirty: boolean // false: only conflicts are kept
}

const name = "masthead-desk"
const prefix = "masthead:"

let opened: Promise<IDBDatabase | null> | undefined

function open(): Promise<IDBDatabase | null> {
  return (opened ||= new Promise(done => {
    try {
      const r = indexedDB.open(name, 1)
      r.onupgradeneeded = () => void r.result.createObjectStore("kept", { keyPath: "key" })
      r.onsuccess = () => done(r.result)
      r.onerror = r.onblocked = () => done(null)
    } catch {
      done(null)
    }
  }))
}

function asked<T>(r: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    r.onsuccess = () => done(r.result)
    r.onerror = () => fail(r.error)
  })
}

async function table(mode: IDBTransactionMode): Promise<IDBObjectStore | null> {
  const db = await open()
  return db ? db.transaction("kept", mode).objectStore("kept") : null
}

/** put keeps a text; false where this browser keeps nothing. */
export async function put(k: Kept): Promise<boolean> {
  try {
    const s = await table("readwrite")
    if (s) await asked(s.put(k))
    else localStorage.setItem(prefix + k.key, JSON.stringify(k))
    return true
  } catch {
    try {
      localStorage.setItem(prefix + k.key, JSON.stringify(k))
      return true
    } catch {
      return false
    }
  }
}

export async function drop(key: string): Promise<void> {
  try {
    localStorage.removeItem(prefix + key)
    const s = await table("readwrite")
    if (s) await asked(s.delete(key))
  } catch {
    // what can't be removed is offered once more, which loses nothing
  }
}

/** of lists what is kept of an article, the newest first. */
export async function of(article: string): Promise<Kept[]> {
  const all: Kept[] = []
  try {
    const s = await table("readonly")
    if (s) all.push(...(await asked(s.getAll())))
  } catch {
    // then only the other place is asked
  }
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i)!
      if (key.startsWith(prefix)) all.push(JSON.parse(localStorage.getItem(key)!))
    }
  } catch {
    // not allowed in this browser, or not ours
  }
  return all.filter(k => k.article === article).sort((a, b) => b.at - a.at)
}

/** alive lists the tabs that are open, so that nobody takes over the text of a
 * tab that still writes. null: this browser can't tell. */
export async function alive(): Promise<Set<string> | null> {
  if (!navigator.locks) return null
  const held = (await navigator.locks.query()).held || []
  return new Set(held.map(l => l.name!).filter(n => n.startsWith(prefix)).map(n => n.slice(prefix.length)))
}

/** stay marks this tab as open until it closes. */
export function stay(client: string) {
  void navigator.locks?.request(prefix + client, () => new Promise(() => {}))
}
