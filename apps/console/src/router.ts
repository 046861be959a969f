import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import type { MessageKey } from './messages/index.ts'
import AcceptInvitation from './pages/accept-invitation.vue'
import Applications from './pages/applications.vue'
import Audit from './pages/audit.vue'
import Centres from './pages/centres.vue'
import Documents from './pages/documents.vue'
import Enrollments from './pages/enrollments.vue'
import Overview from './pages/overview.vue'
import People from './pages/people.vue'
import ResetPassword from './pages/reset-password.vue'
import Staff from './pages/staff.vue'
import TextMessages from './pages/text-messages.vue'

declare module 'vue-router' {
  interface RouteMeta {
    title: MessageKey
    /** Who sees it in the menu; everyone signed in when absent. */
    for?: 'admin' | 'clerk' | 'district'
    /** Reached before signing in. */
    outside?: true
  }
}

/**
 * The pages of the menu, in the order of a day's work. All are in one file of the build: a tab that stays open over
 * an update of the platform never asks for a part that is gone.
 */
export const menu: readonly RouteRecordRaw[] = [
  { path: '/', component: Overview, meta: { title: 'overview' } },
  { path: '/enrollments', component: Enrollments, meta: { title: 'enrollments' } },
  { path: '/messages', component: TextMessages, meta: { title: 'textMessages', for: 'clerk' } },
  { path: '/people', component: People, meta: { title: 'people' } },
  { path: '/centres', component: Centres, meta: { title: 'centres' } },
  { path: '/applications', component: Applications, meta: { title: 'applications' } },
  { path: '/staff', component: Staff, meta: { title: 'staff', for: 'admin' } },
  { path: '/documents', component: Documents, meta: { title: 'documents' } },
  { path: '/audit', component: Audit, meta: { title: 'audit', for: 'district' } },
]

export const router = createRouter({
  history: createWebHashHistory('/console/'),
  routes: [
    ...menu,
    {
      path: '/invitation/:token',
      component: AcceptInvitation,
      meta: { title: 'invitation', outside: true },
    },
    {
      path: '/reset/:token',
      component: ResetPassword,
      meta: { title: 'resetPassword', outside: true },
    },
    { path: '/:unknown(.*)*', redirect: '/' },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})
