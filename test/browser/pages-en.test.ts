import { checkPages } from '../helpers/check-pages.ts'

checkPages('en')
