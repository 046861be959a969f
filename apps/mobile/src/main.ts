import { createApp } from 'vue'
import { followLanguage } from '@yunqian/design'
import '@yunqian/design/tokens.css'
import '@yunqian/design/base.css'
import './phone.css'
import App from './app.vue'
import { followAddress } from './place.ts'
import { followTextSize } from './text-size.ts'

followLanguage()
followTextSize()
followAddress()
createApp(App).mount('#app')
