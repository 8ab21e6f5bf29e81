export { TelephonyModule } from './telephony.module';
