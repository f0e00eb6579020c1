import compiled from 'ec2-backup:policies';
import type { PolicyFile } from '../lib/policy/policy.ts';

// Validated by the product's own parser when the function was packaged, which a Lambda does not carry.
export const policyFile = compiled as PolicyFile;
