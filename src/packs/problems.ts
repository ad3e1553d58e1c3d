// What is said of a pack that is checked. Words are in the catalogue: `verify.verdict-*`, `verify.problem-*`
// and `verify.notice-*`, with `{line}`, `{text}` and `{expected}`.

export type Verdict =
  /** signed by the publisher, and the license lines are those that were issued */
  | 'genuine'
  /** a pack of ours in which lines were changed, or are missing, or too many */
  | 'altered'
  /** signed with a key that is not in the set */
  | 'unknown-key'
  /** signed with a key that others may have; only the publisher's own record can tell */
  | 'compromised-key'
  /** no license file of ours */
  | 'not-a-pack'
  | 'too-large'

/** What can be wrong with one license line. */
export type LineProblem = 'altered' | 'added' | 'repeated' | 'foreign' | 'unknown-key'

type ProblemKind =
  /** the line was in the pack, and was changed */
  | 'altered'
  /** a host ID on a SERVER line is not that of the pack */
  | 'host-id'
  /** a line of the pack is not in the file; `line` is where it would stand */
  | 'missing'
  /** the line carries no signature of ours */
  | 'added'
  /** the line is there twice, and would count twice */
  | 'repeated'
  /** the line is signed, but belongs to another pack */
  | 'foreign'
  /** the line is signed with a key that is not in the set */
  | 'unknown-key'
  /** the closing signature is missing */
  | 'no-seal'
  /** the closing signature was changed */
  | 'seal-altered'
  /** the file has the closing signatures of several packs */
  | 'second-pack'

export type PackProblem = {
  kind: ProblemKind
  /** line of the file, counted from 1 */
  line: number
  /** the line in short: its first six words */
  text: string
  /** what should stand there, where that is known */
  expected: string
}

/** What holds for a genuine line all the same: its time is over, or has not come. */
export type PackNotice = { kind: 'expired' | 'not-yet'; line: number; text: string; day: string }

export type CheckedLine = {
  line: number
  feature: string
  version: string
  daemon: string
  /** a number, or `uncounted` */
  count: string
  /** `YYYY-MM-DD`; null: permanent, or not readable */
  startsOn: string | null
  endsOn: string | null
  state: 'ok' | 'expired' | 'not-yet' | LineProblem
}

export type PackCheck = {
  verdict: Verdict
  /** of the closing signature; null unless that is right */
  issue: number | null
  customerNumber: string | null
  /** the publisher's own key of the customer; null in packs that do not say it */
  customerId: string | null
  /** the closing signature itself (compact JWS) */
  seal: string | null
  host: { id: string; ids: string[] } | null
  date: string | null
  requestNumber: number | null
  /** key ID of the closing signature, where it has one */
  keyId: string | null
  /** day from which the key is compromised, where it is and the day is known */
  compromisedFrom: string | null
  problems: PackProblem[]
  notices: PackNotice[]
  lines: CheckedLine[]
}
