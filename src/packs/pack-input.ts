// What a license pack is composed from. Filled from the database by the caller; nothing here knows one.

type LicenseType = 'node-locked' | 'floating' | 'extended'

/** One entitlement (or one of its terms) placed on the host. Dates are `YYYY-MM-DD`, both days included. */
export type PackLine = {
  contractNumber: string | null
  configurationId: string | number
  familyName: string
  daemon: string
  /** TCP port of the family, used where the host has none of its own */
  port: number
  productName: string
  partNumber: string
  release: string | null
  licenseType: LicenseType
  /** part number of the base product of an extended license */
  extendsPartNumber?: string | null
  quantity: number
  startsOn: string
  /** null: perpetual */
  endsOn: string | null
  orderNumber: string
  orderLine: number | string
  features: readonly { name: string; version: string }[]
}

export type PackMember = { idKind: string; idValue: string; serverName: string | null }

export type PackInput = {
  publisher: { name: string }
  customer: {
    /** lets the publisher's server find its own record of the pack */
    id?: string
    number: string
    name: string
    addressLines: readonly string[]
  }
  host: {
    id: string
    label: string
    kind: 'single' | 'triad'
    /** one member, or three in the order of the SERVER lines */
    members: readonly PackMember[]
    port?: number | null
  }
  issue: number
  /** day of issue in the publisher's time zone */
  date: string
  requestNumber: number | null
  lines: readonly PackLine[]
}
