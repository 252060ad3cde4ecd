// For tests in a browser: the conversion without the page. Not part of the
// editor's script.
import { fromNode, toNode } from "./convert"

declare global {
  interface Window { roundTrip: (docs: any[]) => string[] }
}

window.roundTrip = docs => docs.map(d => {
  const node = toNode(d)
  node.check()
  return JSON.stringify(fromNode(node, d.lang))
})
