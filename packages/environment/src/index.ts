export {
  ConfigurationError,
  type ConfigurationProblem,
} from './configuration-error.ts';
export { withScheme } from './mended-text.ts';
export { nodeEnvironment } from './node-environment.ts';
export {
  type Environment,
  isSet,
  type Reading,
  readEnvironment,
  readOptions,
  requireEnvironment,
} from './read-settings.ts';
export {
  crossCheck,
  type DescribedSetting,
  describeEnvironment,
  type SettingMeta,
  type SettingsSchema,
  setting,
  settingMeta,
  variableNames,
  wholeNumber,
} from './setting.ts';
export { type NameOf, optionNames, variableName, withNames } from './setting-names.ts';
export { shownUrl } from './shown-value.ts';
export { type CleanText, cleanText } from './slips.ts';
export { misspelledVariables, unknownVariables } from './unknown-variables.ts';
export { httpUrl, isLoopbackHost, isPattern, isPlainHttp } from './urls.ts';
