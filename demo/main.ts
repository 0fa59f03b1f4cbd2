import { mountApp } from './app.ts'
import { openClient } from './connect/open.ts'
import { formFromQuery } from './connect/target.ts'

const root = document.getElementById('app')
if (root !== null) mountApp(root, { open: openClient, form: formFromQuery(location.search) })
