export { CALL_STATE_CHECKS } from './infrastructure/call-checks.sql';
export { NUMBER_CHECKS } from './infrastructure/number-checks.sql';
export { TelephonyModule } from './telephony.module';
export { TelephonySchedules } from './telephony.schedules';
export { parseControlHosts } from './vapi/control-url.policy';
