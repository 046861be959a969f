import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import type { MessageKey } from './messages/index.ts'

declare module 'vue-router' {
  interface RouteMeta {
    title: MessageKey
    /** Who sees it in the menu; everyone signed in when absent. */
    for?: 'admin' | 'clerk'
    /** Reached before signing in. */
    outside?: true
  }
}

/** The pages of the menu, in the order of a day's work. */
export const menu: readonly RouteRecordRaw[] = [
  { path: '/', component: () => import('./pages/overview.vue'), meta: { title: 'overview' } },
  {
    path: '/enrollments',
    component: () => import('./pages/enrollments.vue'),
    meta: { title: 'enrollments', for: 'clerk' },
  },
  {
    path: '/outbox',
    component: () => import('./pages/outbox.vue'),
    meta: { title: 'outbox', for: 'clerk' },
  },
  { path: '/people', component: () => import('./pages/people.vue'), meta: { title: 'people' } },
  { path: '/centres', component: () => import('./pages/centres.vue'), meta: { title: 'centres' } },
  {
    path: '/applications',
    component: () => import('./pages/applications.vue'),
    meta: { title: 'applications' },
  },
  {
    path: '/staff',
    component: () => import('./pages/staff.vue'),
    meta: { title: 'staff', for: 'admin' },
  },
  {
    path: '/documents',
    component: () => import('./pages/documents.vue'),
    meta: { title: 'documents' },
  },
  { path: '/audit', component: () => import('./pages/audit.vue'), meta: { title: 'audit' } },
]

export const router = createRouter({
  history: createWebHashHistory('/console/'),
  routes: [
    ...menu,
    {
      path: '/invitation/:token',
      component: () => import('./pages/accept-invitation.vue'),
      meta: { title: 'invitation', outside: true },
    },
    { path: '/:unknown(.*)*', redirect: '/' },
  ],
})
