const { backupRights } = require('./backup-rights.cjs');
const { pruneRights } = require('./prune-rights.cjs');
const { registerPoliciesRights } = require('./register-policies-rights.cjs');
const { watchRights } = require('./watch-rights.cjs');

/** What the jobs may do in a place, whichever role they work under there, and in a few words for its description. */
const JOB_RIGHTS = {
  backup: { says: 'makes backups, deletes nothing', statements: backupRights },
  prune: { says: 'deletes its old backups, makes nothing', statements: pruneRights },
  'register-policies': {
    says: 'registers its lifecycle policies, makes and deletes no backups',
    statements: registerPoliciesRights,
  },
  watch: { says: 'watches over its backups, makes and deletes none', statements: watchRights },
};

module.exports = { JOB_RIGHTS };
