/** Amazon's documents by which Windows makes snapshots through VSS, and the tags that they take. */

import { SimulatedServiceError } from './errors.ts';
import type { DocumentRecord } from './ssm-documents.ts';
import type { Tags } from './tags.ts';

const SWITCH = { default: 'False', allowedValues: ['True', 'False'] };
const PARAMETERS: DocumentRecord['parameters'] = {
  AmiName: { default: '' },
  CollectDiagnosticLogs: SWITCH,
  CopyOnly: SWITCH,
  CreateAmi: SWITCH,
  description: { default: '' },
  ExcludeBootVolume: SWITCH,
  executionTimeout: { default: '600', allowedPattern: '^[0-9]{1,5}$' },
  NoWriters: SWITCH,
  SaveVssMetadata: SWITCH,
  tags: { default: 'Key=Name,Value=' },
};

export const VSS_DOCUMENTS: readonly DocumentRecord[] = [
  { name: 'AWSEC2-VssInstallAndSnapshot', parameters: { ...PARAMETERS, VssVersion: { default: '' } } },
  { name: 'AWSEC2-CreateVssSnapshot', parameters: PARAMETERS },
];

export function isVss({ name }: DocumentRecord): boolean {
  return VSS_DOCUMENTS.some((document) => document.name === name);
}

const RESERVED: readonly string[] = ['AppConsistent', 'AwsVssConfig', 'Device'];
/** In keys and values; the commas and semicolons between them are the parameter's. */
const CHARACTERS = /^[A-Za-z0-9() ./\\"'@_+:={}-]*$/;

/** @throws InvalidParameters for characters that are not allowed and for the document's own tags */
export function checkVssTags(text: string | undefined): void {
  for (const key of readVssTags(text).keys())
    if (RESERVED.includes(key)) throw invalid(`${key} is a reserved tag.`);
}

/** `Key=…,Value=…;Key=…,Value=…` */
export function readVssTags(text = ''): Tags {
  const tags = new Map<string, string>();
  for (const one of text === '' ? [] : text.split(';')) {
    const [, key, value] = /^Key=([^,]+),Value=([^,]*)$/.exec(one) ?? [];
    if (key === undefined || value === undefined) throw invalid(`tags does not take ${one}.`);
    if (!CHARACTERS.test(key) || !CHARACTERS.test(value)) throw invalid(`tags does not take ${one}.`);
    if (tags.has(key)) throw invalid(`tags has ${key} twice.`);
    tags.set(key, value);
  }
  return tags;
}

function invalid(message: string): SimulatedServiceError {
  return new SimulatedServiceError('InvalidParameters', message);
}
