/**
 * List prices of EBS snapshots, in USD, in this file alone. AWS publishes them at https://aws.amazon.com/ebs/pricing/ and in
 * its Price List (service AmazonEC2; usage types `…EBS:SnapshotUsage`, `…EBS:SnapshotArchiveStorage`,
 * `…EBS:SnapshotArchiveRetrieval` and `…EBS:directAPI.snapshot.List`). Neither could be read when this table was put together, so each row
 * says what it rests on. An AMI costs what its snapshots cost, and nothing else.
 */

/** Where a row comes from. `unverified`: from memory of the price page; it may be some percent off. */
export type PriceBasis = 'seen' | 'unverified';

export interface RegionPrice {
  /** USD for a GB-month (2^30 bytes) of blocks in the standard tier. */
  readonly standard: number;
  /** The same in the archive tier, where every snapshot is full. */
  readonly archive: number;
  /** USD for a GB that is brought back from the archive. */
  readonly retrieval: number;
  readonly basis: PriceBasis;
  /** That of `archive` and `retrieval`. `derived`: at the shares of `standard` that us-east-1 has them at; nobody has seen them. */
  readonly archiveBasis: 'seen' | 'derived';
  /** Of one that was seen: what it was seen in and of when that is, in words. */
  readonly quoted?: string;
}

/** When the table was put together: its rows are as old as what they rest on. */
export const PRICES_AS_OF = '2026-11-28';

export const PRICE_SOURCES = {
  seen: [
    'us-east-1: EBS user guide, "Pricing and billing for archiving Amazon EBS snapshots" (0.05, 0.0125 and 0.03 for retrieval)',
    'us-west-1, eu-central-1, ap-northeast-2, ap-southeast-2: rows of the AWS Price List of 2023 to 2026, quoted in public repositories',
    'us-west-2, eu-west-1, ap-northeast-1: bills and the price page of 2017 to 2021, quoted in public repositories',
    'requests: EBS user guide, "Pricing for EBS direct APIs", whose example is a Region with USD 0.0006 per 1,000 requests',
  ],
  unverified: ['every other row'],
  derived: [
    'the archive everywhere but in us-east-1: a quarter of the standard tier, and retrieval at 0.6 of it, as they are there',
  ],
} as const;

/** USD for 1,000 requests of ListSnapshotBlocks and ListChangedBlocks, each page being one: the same taken for all Regions. */
export const LIST_REQUESTS_PER_1000 = 0.0006;

/** What rows rest on; PRICE_SOURCES has the whole of it. */
const GUIDE = 'the EBS user guide';
const RECENT = 'quotations of 2023 to 2026';
const OLD = 'quotations of 2017 to 2021';

export const REGION_PRICES: Readonly<Record<string, RegionPrice>> = {
  'us-east-1': { ...seen(0.05, GUIDE), archiveBasis: 'seen' },
  'us-east-2': unverified(0.05),
  'us-west-1': seen(0.055, RECENT),
  'us-west-2': seen(0.05, OLD),
  'ca-central-1': unverified(0.055),
  'ca-west-1': unverified(0.055),
  'mx-central-1': unverified(0.0525),
  'sa-east-1': unverified(0.068),
  'eu-central-1': seen(0.054, RECENT),
  'eu-central-2': unverified(0.0594),
  'eu-north-1': unverified(0.0475),
  'eu-south-1': unverified(0.0525),
  'eu-south-2': unverified(0.05),
  'eu-west-1': seen(0.05, OLD),
  'eu-west-2': unverified(0.053),
  'eu-west-3': unverified(0.053),
  'il-central-1': unverified(0.0525),
  'me-central-1': unverified(0.055),
  'me-south-1': unverified(0.055),
  'af-south-1': unverified(0.0595),
  'ap-east-1': unverified(0.055),
  'ap-northeast-1': seen(0.05, OLD),
  'ap-northeast-2': seen(0.05, RECENT),
  'ap-northeast-3': unverified(0.05),
  'ap-south-1': unverified(0.05),
  'ap-south-2': unverified(0.05),
  'ap-southeast-1': unverified(0.05),
  'ap-southeast-2': seen(0.055, RECENT),
  'ap-southeast-3': unverified(0.05),
  'ap-southeast-4': unverified(0.055),
};

function seen(standard: number, quoted: string): RegionPrice {
  return { ...row(standard, 'seen'), quoted };
}

function unverified(standard: number): RegionPrice {
  return row(standard, 'unverified');
}

/** Rounded, so that no binary fraction shows. */
function row(standard: number, basis: PriceBasis): RegionPrice {
  const rounded = (price: number): number => Math.round(price * 1e6) / 1e6;
  return {
    ...{ standard, archive: rounded(standard / 4), retrieval: rounded(standard * 0.6) },
    ...{ basis, archiveBasis: 'derived' },
  };
}
