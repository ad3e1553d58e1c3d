/** The six files in the order they are loaded, with their columns (domain.md section 9), the key first. */
export const fileList = {
  'products.csv': ['part_number', 'name', 'family', 'daemon', 'port', 'license_type', 'extends', 'features'],
  'customers.csv': [
    'customer_number',
    'name',
    'address_line1',
    'address_line2',
    'postal_code',
    'city',
    'region',
    'country',
    'language',
    'email_domains',
  ],
  'contacts.csv': ['customer_number', 'email', 'name', 'phone', 'primary', 'privileges'],
  'orders.csv': [
    'sales_order_number',
    'line',
    'customer_number',
    'order_date',
    'part_number',
    'quantity',
    'term',
    'starts_on',
    'ends_on',
    'service_contract_number',
    'maintenance_starts_on',
    'maintenance_ends_on',
    'release',
    'renews_order',
    'renews_line',
  ],
  'hosts.csv': [
    'customer_number',
    'host_name',
    'host_ids',
    'server_names',
    'port',
    'address_line1',
    'postal_code',
    'city',
    'country',
  ],
  'placements.csv': [
    'customer_number',
    'host_name',
    'sales_order_number',
    'line',
    'quantity',
    'configuration_id',
  ],
} as const

export type FileName = keyof typeof fileList

export const fileNames = Object.keys(fileList) as FileName[]

/** Columns a file may leave out. */
export const optionalColumns = ['configuration_id']
