import { createParamDecorator, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { UserRole } from '@telltale/plant-registry';
import { notSignedIn } from '../graphql/api.error.js';
import type { RequestContext } from '../graphql/request-context.js';
import type { Viewer } from './viewer.js';

export const ALLOWED = 'telltale:allowed';

export const EVERY_ROLE: readonly UserRole[] = ['viewer', 'maintenance', 'manager', 'admin'];
export const ADMINISTRATORS: readonly UserRole[] = ['admin'];
export const ALARM_HANDLERS: readonly UserRole[] = ['maintenance', 'manager', 'admin'];

/** Who may use an operation. An operation without `Allow` or `AllowAnyone` is refused to everybody. */
export const Allow = (roles: readonly UserRole[]): CustomDecorator => SetMetadata(ALLOWED, roles);
export const AllowAnyone = (): CustomDecorator => SetMetadata(ALLOWED, 'anyone');

export const requestContext = (context: ExecutionContext): RequestContext =>
  GqlExecutionContext.create(context).getContext<RequestContext>();

/** The signed-in user, in any resolver behind `Allow`. */
export const CurrentViewer = createParamDecorator((_: unknown, context: ExecutionContext): Viewer => {
  const { viewer } = requestContext(context);
  if (viewer === null) throw notSignedIn();
  return viewer;
});
