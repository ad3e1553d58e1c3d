import type { HostId } from '../hosts/host-id.ts'

// What a FlexNet license file says, line by line. Nothing that was in the file is dropped: each row belongs to
// exactly one line, and what is not in the published grammar stays as it was written.

/** A word of a line: `NAME=value`, or a bare one (`key` is ''). Quotes are taken off the value, not off the text. */
export type Word = { key: string; value: string; text: string; isQuoted: boolean }

export type LineKind =
  | 'server'
  | 'daemon'
  | 'use-server'
  | 'feature'
  | 'package'
  | 'upgrade'
  | 'comment'
  | 'blank'
  | 'unknown'

export type Line = {
  kind: LineKind
  /** Numbers of the rows it takes, counted from 1; more than one where it is continued. */
  rows: number[]
  /** The rows as they stand in the file. */
  text: string
  words: Word[]
  /** A quote or brace is not closed by its end. */
  isUnclosed: boolean
  /** Its last row ends in a backslash, and what follows is another line, or nothing. */
  isCut: boolean
  /** Which of several files pasted one after another, from 1. */
  part: number
}

/** A host ID of the file; `id` is null where it identifies no machine we know how to read (`ANY`, `DEMO`, others). */
export type FileHostId = { text: string; id: HostId | null }

export type Server = {
  line: Line
  name: string
  hostIds: FileHostId[]
  port: number | null
  /** Also those that are not in the published grammar. */
  attributes: Attribute[]
}

export type Daemon = { line: Line; name: string; path: string; options: string; port: number | null }

export type Attribute = { name: string; value: string; isKnown: boolean }

/** `permanent` and years of 0 never expire; null: cannot be read. */
export type Until = { day: string } | 'permanent' | null

export type License = {
  line: Line
  /** The keyword; UPGRADE raises licenses of an older version. */
  word: 'FEATURE' | 'INCREMENT' | 'UPGRADE'
  name: string
  vendor: string
  version: string
  /** UPGRADE only: the lowest version it raises. */
  fromVersion: string
  until: Until
  /** As written. */
  untilText: string
  /** 'uncounted' also for 0; null: cannot be read. */
  count: number | 'uncounted' | null
  hostIds: FileHostId[]
  start: Until
  issued: Until
  /** `[]`: none. SUPERSEDE without a list names its own feature. */
  supersedes: string[]
  isSigned: boolean
  attributes: Attribute[]
}

export type Component = { name: string; version: string; count: number | null }

export type Package = {
  line: Line
  name: string
  vendor: string
  version: string
  components: Component[]
  isSuite: boolean
  issued: Until
  supersedes: string[]
  attributes: Attribute[]
}

/** Words are `license-files.problem.<kind>`. */
export type FileProblem = { kind: ProblemKind; line: number; text: string }

export type ProblemKind =
  | 'unclosed'
  | 'cut'
  | 'joined'
  | 'words'
  | 'long'
  | 'short'
  | 'date'
  | 'no-date'
  | 'two-digit-year'
  | 'count'
  | 'version'
  | 'host-id'
  | 'port'
  | 'server-count'
  | 'components'
  | 'no-host'
  | 'no-server'
  | 'no-daemon'
  | 'unsigned'
  | 'decimal'
  | 'options'
  | 'unknown'

/** How the bytes were taken for text, and what had to be tolerated; words are `license-files.note.<note>`. */
export type FileNote =
  | 'windows-1252'
  | 'utf-16'
  | 'nul'
  | 'binary'
  | 'html'
  | 'mail-quoting'
  | 'curly-quotes'
  | 'several-files'

export type LicenseFile = {
  rows: number
  lines: Line[]
  servers: Server[]
  daemons: Daemon[]
  licenses: License[]
  packages: Package[]
  problems: FileProblem[]
  notes: FileNote[]
}
