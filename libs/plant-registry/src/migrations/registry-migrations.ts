import { CreatePlant1764000000001 } from './1764000000001-create-plant.js';
import { CreatePeople1764000000002 } from './1764000000002-create-people.js';
import { CreateInsights1764000000003 } from './1764000000003-create-insights.js';
import { CreateAlarms1764000000004 } from './1764000000004-create-alarms.js';
import { SecureRows1764000000005 } from './1764000000005-secure-rows.js';
import { AnnounceChanges1764000000006 } from './1764000000006-announce-changes.js';
import { ProveRepairs1764000000007 } from './1764000000007-prove-repairs.js';
import { OnboardTags1764000000020 } from './1764000000020-onboard-tags.js';
import { JudgeCertificates1764000000021 } from './1764000000021-judge-certificates.js';
import { EnrolGateways1764000000030 } from './1764000000030-enrol-gateways.js';
import { ManageGateways1764000000060 } from './1764000000060-manage-gateways.js';
import { TellFromNow1764000000061 } from './1764000000061-tell-from-now.js';

/** In the order in which they run. */
export const REGISTRY_MIGRATIONS = [
  CreatePlant1764000000001,
  CreatePeople1764000000002,
  CreateInsights1764000000003,
  CreateAlarms1764000000004,
  SecureRows1764000000005,
  AnnounceChanges1764000000006,
  ProveRepairs1764000000007,
  OnboardTags1764000000020,
  JudgeCertificates1764000000021,
  EnrolGateways1764000000030,
  ManageGateways1764000000060,
  TellFromNow1764000000061,
];
