import { Module } from '@nestjs/common';
import { NumberDirectory } from './application/number-directory.port';
import { SqlNumberDirectory } from './infrastructure/sql-number-directory';

@Module({
  providers: [{ provide: NumberDirectory, useClass: SqlNumberDirectory }],
  exports: [NumberDirectory],
})
export class NumbersModule {}
