/** What an event of one type changed: the event's type, a colon, and the word the log keeps. */
export const zh = {
  'application.created:key-rotated': '应用换密钥',
  'centre.changed:added': '新增机构',
  'centre.changed:closed': '停用机构',
  'centre.changed:open': '恢复机构',
  'centre.changed:renamed': '机构改名',
  'staff.changed:accepted': '接受邀请',
  'staff.changed:active': '恢复账号',
  'staff.changed:disabled': '停用账号',
  'staff.changed:passkey': '添加通行密钥',
  'staff.changed:password': '修改密码',
  'staff.changed:reset': '重设密码',
  'staff.changed:reset-link': '生成重设链接',
  'staff.changed:roles': '变更角色',
  'staff.changed:withdrawn': '撤回邀请',
}

export const en: Record<keyof typeof zh, string> = {
  'application.created:key-rotated': 'New key of an application',
  'centre.changed:added': 'Centre added',
  'centre.changed:closed': 'Centre closed',
  'centre.changed:open': 'Centre reopened',
  'centre.changed:renamed': 'Centre renamed',
  'staff.changed:accepted': 'Invitation accepted',
  'staff.changed:active': 'Account enabled',
  'staff.changed:disabled': 'Account disabled',
  'staff.changed:passkey': 'Passkey added',
  'staff.changed:password': 'Password changed',
  'staff.changed:reset': 'Password reset',
  'staff.changed:reset-link': 'Reset link made',
  'staff.changed:roles': 'Roles changed',
  'staff.changed:withdrawn': 'Invitation withdrawn',
}
