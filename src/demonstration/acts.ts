import type { Tool } from '../plans/queries.ts'

export type Line = { part: string; from?: string; to?: string; quantity: number }
export type Act = { customer: string; by: string } & (
  | { plan: Tool; name?: string; lines: Line[]; isDraft?: true }
  | {
      replace: string
      reason: 'upgrade' | 'failed' | 'lost' | 'stolen'
      declaration?: string
      id: string
      becomes?: Becomes
    }
  | { lend: string; to: string; quantity: number }
  /** The one before. */
  | { undo: true }
  | { retrieve: string[] }
  | { report: true }
)

/** What became of a request that waits for the desk. */
export type Becomes = 'needs-information' | 'declined' | 'cancelled'

/** What people of the demonstration did before the reader came, in order. */
export const acts: Act[] = [
  {
    customer: '100234',
    by: 'licensing@demo.example',
    plan: 'configure',
    name: 'Schémas, bureau de Nantes',
    lines: [{ part: 'TRC-2000-F', to: 'NAN-LIC-01', quantity: 1 }],
  },
  {
    customer: '100234',
    by: 'both@demo.example',
    plan: 'configure',
    lines: [{ part: 'FRM-0900-N', to: 'LYO-CAD-35', quantity: 1 }],
  },
  {
    customer: '100234',
    by: 'licensing@demo.example',
    plan: 'move',
    lines: [{ part: 'FRM-1000-F', from: 'MET-CAD-12', to: 'LYO-CAD-07', quantity: 1 }],
  },
  { customer: '100234', by: 'reporting@demo.example', retrieve: ['LYO-CAD-07', 'NAN-LIC-01'] },
  { customer: '100234', by: 'reporting@demo.example', report: true },
  {
    customer: '100234',
    by: 'licensing@demo.example',
    plan: 'configure',
    name: 'Lyon',
    lines: [{ part: 'FRM-1000-F', to: 'LYO-CAD-10', quantity: 2 }],
    isDraft: true,
  },
  {
    customer: '100234',
    by: 'both@demo.example',
    plan: 'return',
    lines: [{ part: 'FRM-0900-N', from: 'ROU-CAD-24', quantity: 1 }],
  },
  { customer: '100234', by: 'both@demo.example', undo: true },
  {
    customer: '100234',
    by: 'licensing@demo.example',
    replace: 'MET-CAD-22',
    reason: 'failed',
    id: '02AA10010022',
  },
  {
    customer: '100234',
    by: 'licensing@demo.example',
    replace: 'PAU-CAD-21',
    reason: 'lost',
    declaration: 'Perdu lors du déménagement du bureau d’études de Pau ; déclaration interne 2217.',
    id: '02AA10010021',
  },
  {
    customer: '100234',
    by: 'both@demo.example',
    replace: 'LYO-CAD-25',
    reason: 'stolen',
    declaration: 'Volé dans l’atelier 2.',
    id: '02AA10010025',
    becomes: 'needs-information',
  },
  {
    customer: '100234',
    by: 'both@demo.example',
    replace: 'PAU-CAD-26',
    reason: 'lost',
    declaration: 'Introuvable.',
    id: '02AA10010026',
    becomes: 'declined',
  },
  {
    customer: '100234',
    by: 'licensing@demo.example',
    replace: 'ROU-CAD-29',
    reason: 'lost',
    declaration: 'Introuvable ; retrouvé depuis.',
    id: '02AA10010029',
    becomes: 'cancelled',
  },
  { customer: '100234', by: 'licensing@demo.example', lend: 'TRC-2000-F', to: 'NAN-LIC-01', quantity: 2 },
  {
    customer: '100871',
    by: 'open@demo.example',
    plan: 'configure',
    lines: [{ part: 'ATL-5400-N', to: 'LAMINOIR-6', quantity: 1 }],
  },
  { customer: '100871', by: 'open@demo.example', retrieve: ['BREST-LIC'] },
  {
    customer: '100990',
    by: 'several@demo.example',
    plan: 'configure',
    lines: [{ part: 'TRC-2200-F', to: 'KIEL-TRIAS', quantity: 2 }],
  },
]
