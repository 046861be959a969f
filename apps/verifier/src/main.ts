import { createApp } from 'vue'
import { followLanguage } from '@yunqian/design'
import '@yunqian/design/tokens.css'
import '@yunqian/design/base.css'
import './verifier.css'
import App from './app.vue'

followLanguage()
createApp(App).mount('#app')
