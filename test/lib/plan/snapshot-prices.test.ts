import { expect, test } from 'vitest';
import { PRICE_SOURCES, REGION_PRICES } from '../../../src/lib/plan/prices.ts';
import {
  exactly,
  GB,
  monthlyCost,
  NOTHING,
  priceIn,
  priceNote,
  priceSources,
  requestCost,
} from '../../../src/lib/plan/snapshot-prices.ts';

test('a GB-month is 2^30 bytes: the two examples of the EBS user guide', () => {
  const price = priceIn('us-east-1');
  if (!price) throw new Error('no price of us-east-1');
  // "if you archive a 100 GiB snapshot, you are billed $1.25 (100 GiB * $0.0125) per month"
  expect(monthlyCost({ standard: NOTHING, archive: exactly(100 * GB) }, price)).toEqual(exactly(1.25));
  expect(monthlyCost({ standard: exactly(100 * GB), archive: NOTHING }, price)).toEqual(exactly(5));
  // "for example, if you restore a 100 GiB snapshot from the archive tier, you are billed one time for $3"
  expect(100 * price.retrieval).toBeCloseTo(3, 10);
});

test('requests cost what the EBS user guide reckons: 100,000 are USD 0.06', () => {
  expect(requestCost(100_000)).toBeCloseTo(0.06, 10);
});

test('a range stays a range', () => {
  const standard = { low: 10 * GB, middle: 20 * GB, high: 40 * GB };
  const price = { standard: 0.05, archive: 0.0125 };
  const cost = monthlyCost({ standard, archive: exactly(8 * GB) }, price);
  expect(cost.low).toBeCloseTo(0.6, 10);
  expect(cost.middle).toBeCloseTo(1.1, 10);
  expect(cost.high).toBeCloseTo(2.1, 10);
});

test.each(['eu-nowhere-9', '', 'toString', '__proto__'])(
  'a Region that is not in the table has no price: %j',
  (name) => {
    expect(priceIn(name)).toBeUndefined();
    expect(priceNote(name)).toBe(
      `No price of ${name} in the table of 2026-11-28: sizes have no price there.`,
    );
  },
);

test('a price says of when it is, which is not the day of the table, and one that nobody has verified says that', () => {
  expect(priceNote('ap-northeast-2')).toBe(
    'Prices of ap-northeast-2: USD 0.05 for a GB-month, USD 0.0125 in the archive (not seen: taken as a quarter), without discounts and taxes; table of 2026-11-28, which rests on quotations of 2023 to 2026.',
  );
  expect(priceNote('us-west-2')).toMatch(
    /; table of 2026-11-28, which rests on quotations of 2017 to 2021\.$/,
  );
  expect(priceNote('us-east-1')).toMatch(/; table of 2026-11-28, which rests on the EBS user guide\.$/);
  expect(priceNote('sa-east-1')).toMatch(
    /; table of 2026-11-28, unverified: from memory of AWS's price page, and maybe some percent off\.$/,
  );
});

test('each row that was seen says in what, as the sources have it, and no other does', () => {
  for (const [region, { basis, quoted }] of Object.entries(REGION_PRICES)) {
    expect([region, quoted !== undefined], region).toEqual([region, basis === 'seen']);
    if (quoted === undefined) continue;
    const source = PRICE_SOURCES.seen.find((text) => new RegExp(`(?:^|[ ,])${region}[,:]`).test(text));
    const years = /\d{4} to \d{4}/.exec(quoted)?.[0];
    expect(source, region).toContain(years ?? 'EBS user guide');
  }
});

test('a price of the archive that was only worked out says so, wherever that of the standard tier comes from', () => {
  expect(priceNote('us-east-1')).toContain('USD 0.0125 in the archive, without');
  for (const [region, price] of Object.entries(REGION_PRICES)) {
    const isSeen = region === 'us-east-1';
    expect([region, priceNote(region).includes('(not seen: taken as a quarter)')]).toEqual([region, !isSeen]);
    expect(priceSources(price).join().includes('the archive everywhere but in us-east-1')).toBe(!isSeen);
  }
});

test('every price of the table is of the size that such prices have', () => {
  expect(Object.keys(REGION_PRICES).length).toBe(30);
  for (const [region, { standard, archive, retrieval }] of Object.entries(REGION_PRICES)) {
    expect(region).toMatch(/^[a-z]{2}-[a-z]+-\d$/);
    expect(standard).toBeGreaterThanOrEqual(0.04);
    expect(standard).toBeLessThanOrEqual(0.1);
    expect(archive).toBeLessThan(standard);
    expect(retrieval).toBeLessThan(standard);
  }
});
