import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { USER_ROLES, type UserRole } from '@telltale/plant-registry';
import { ApiError, notAllowed, notSignedIn } from '../graphql/api.error.js';
import { ALLOWED, requestContext } from './allow.decorator.js';

const isRole = (value: unknown): value is UserRole => USER_ROLES.some((role) => role === value);

/** Runs before every query, mutation and subscription. */
@Injectable()
export class AllowGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const operation = context.getHandler().name;
    const allowed: unknown = this.reflector.get(ALLOWED, context.getHandler());
    if (allowed === 'anyone') return true;
    if (!Array.isArray(allowed)) throw new ApiError('NOT_ALLOWED', `${operation} is open to nobody: it states no roles.`);
    const { viewer } = requestContext(context);
    if (viewer === null) throw notSignedIn();
    const roles = allowed.filter(isRole);
    if (!roles.includes(viewer.role)) throw notAllowed(operation, roles);
    return true;
  }
}
