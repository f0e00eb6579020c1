/** Writes policies.schema.json at the project root; run it after a change of the schema in src/lib/policy. */

import { writeFile } from 'node:fs/promises';
import { policiesJsonSchema } from '../src/lib/policy/json-schema.ts';

// Both scripts/ and dist/ are one level below the root.
const target = new URL('../policies.schema.json', import.meta.url);
await writeFile(target, `${JSON.stringify(policiesJsonSchema(), null, 2)}\n`);
