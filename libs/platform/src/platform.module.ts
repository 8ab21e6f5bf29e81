import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKey } from './auth/api-key.entity';
import { ApiKeys } from './auth/api-keys';
import { ApiKeysController } from './auth/api-keys.controller';
import { AuthGuard } from './auth/auth.guard';
import { Metrics } from './observability/metrics';
import { dataSourceOptions } from './postgres/data-source.options';
import { EngineClock } from './postgres/engine-clock';
import { Settings } from './settings/settings';
import { UnitOfWork } from './unit-of-work/unit-of-work';

/** What every module stands on: settings, database, the one way money moves, callers. */
@Global()
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(private readonly work: UnitOfWork) {}

  static with(settings: Settings): DynamicModule {
    return {
      module: PlatformModule,
      imports: [
        TypeOrmModule.forRoot({ ...dataSourceOptions(settings.databaseUrl), autoLoadEntities: true, retryAttempts: 0 }),
        TypeOrmModule.forFeature([ApiKey]),
      ],
      controllers: [ApiKeysController],
      providers: [
        { provide: Settings, useValue: settings },
        EngineClock,
        Metrics,
        ApiKeys,
        {
          provide: UnitOfWork,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            new UnitOfWork({
              databaseUrl: settings.databaseUrl,
              timeScale: settings.timeScale,
              metrics,
              decisions: metrics,
            }),
        },
        { provide: APP_GUARD, useClass: AuthGuard },
      ],
      exports: [Settings, EngineClock, Metrics, ApiKeys, UnitOfWork],
    };
  }

  /** Last: everything accepted has been answered, then the lanes close. */
  async onApplicationShutdown(): Promise<void> {
    await this.work.close();
  }
}
