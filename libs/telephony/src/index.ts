export { TelephonyModule } from './telephony.module';
export { TelephonySchedules } from './telephony.schedules';
