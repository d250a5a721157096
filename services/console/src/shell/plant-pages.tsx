import type { ReactNode } from 'react';
import { Navigate, Outlet, useParams } from 'react-router';
import { NotFound } from '../parts/states';
import { useSites } from './console-frame';
import { sitePath } from './site-context';

const KEPT = 'telltale.plant';

/** The plant looked at last, or the first one. */
export function PlantHome(): ReactNode {
  const sites = useSites();
  const kept = localStorage.getItem(KEPT);
  const site = sites.find(({ slug }) => slug === kept) ?? sites[0];
  return site ? <Navigate to={sitePath(site.slug)} replace /> : null;
}

export function PlantPages(): ReactNode {
  const { slug } = useParams();
  const site = useSites().find((one) => one.slug === slug);
  if (!site) return <NotFound />;
  localStorage.setItem(KEPT, site.slug);
  return <Outlet />;
}
