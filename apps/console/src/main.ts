import { createApp } from 'vue'
import { followLanguage } from '@yunqian/design'
import '@yunqian/design/tokens.css'
import '@yunqian/design/base.css'
import './console.css'
import App from './app.vue'
import { router } from './router.ts'

followLanguage()
createApp(App).use(router).mount('#app')
