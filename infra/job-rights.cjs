const { backupRights } = require('./backup-rights.cjs');
const { protectRights } = require('./protect-rights.cjs');
const { pruneRights } = require('./prune-rights.cjs');
const { replicateRights } = require('./replicate-rights.cjs');
const { rehearseRights } = require('./rehearse-rights.cjs');
const { registerPoliciesRights } = require('./register-policies-rights.cjs');
const { watchRights } = require('./watch-rights.cjs');

/** What the jobs may do in a place, whichever role they work under there, and in a few words for its description. */
const JOB_RIGHTS = {
  backup: { says: 'makes backups, deletes nothing', statements: backupRights },
  replicate: { says: 'copies its backups elsewhere, deletes nothing', statements: replicateRights },
  prune: { says: 'deletes its old backups, makes nothing', statements: pruneRights },
  'register-policies': {
    says: 'registers its lifecycle policies, makes and deletes no backups',
    statements: registerPoliciesRights,
  },
  rehearse: {
    says: 'starts backups to see that they can be restored, ends only what it started',
    statements: rehearseRights,
  },
  protect: {
    says: 'locks, protects, ages, shares and sets aside its backups, deletes and unlocks nothing',
    statements: protectRights,
  },
  watch: { says: 'watches over its backups, makes and deletes none', statements: watchRights },
};

module.exports = { JOB_RIGHTS };
