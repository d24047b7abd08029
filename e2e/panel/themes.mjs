// VS Code's default themes: those of their colours that the page uses, as VS Code 1.100 has them, and fonts that every Debian with Chromium has.

export const THEMES = ['dark', 'light', 'high-contrast', 'high-contrast-light'];

const FONTS = { '--vscode-font-family': '"DejaVu Sans"', '--vscode-editor-font-family': '"DejaVu Sans Mono"' };

const COLOURS = {
  // Dark Modern.
  dark: {
    'editor-background': '#1f1f1f', 'editor-foreground': '#cccccc', descriptionForeground: '#9d9d9d', 'panel-border': '#2b2b2b', 'sideBar-background': '#181818', focusBorder: '#0078d4',
    'button-background': '#0078d4', 'button-foreground': '#ffffff', 'button-border': '#ffffff12', 'button-secondaryBackground': '#313131', 'button-secondaryForeground': '#cccccc', 'button-secondaryHoverBackground': '#3c3c3c',
    'dropdown-background': '#313131', 'dropdown-foreground': '#cccccc', 'dropdown-border': '#3c3c3c', errorForeground: '#f85149', 'testing-iconPassed': '#73c991', 'editorWarning-foreground': '#cca700',
    'textLink-foreground': '#4daafc', 'notifications-background': '#1f1f1f',
  },
  // Light Modern.
  light: {
    'editor-background': '#ffffff', 'editor-foreground': '#3b3b3b', descriptionForeground: '#3b3b3b', 'panel-border': '#e5e5e5', 'sideBar-background': '#f8f8f8', focusBorder: '#005fb8',
    'button-background': '#005fb8', 'button-foreground': '#ffffff', 'button-border': '#0000001a', 'button-secondaryBackground': '#e5e5e5', 'button-secondaryForeground': '#3b3b3b', 'button-secondaryHoverBackground': '#cccccc',
    'dropdown-background': '#ffffff', 'dropdown-foreground': '#3b3b3b', 'dropdown-border': '#cecece', errorForeground: '#f85149', 'testing-iconPassed': '#73c991', 'editorWarning-foreground': '#bf8803',
    'textLink-foreground': '#005fb8', 'notifications-background': '#ffffff',
  },
  // Dark High Contrast.
  'high-contrast': {
    'editor-background': '#000000', 'editor-foreground': '#ffffff', descriptionForeground: '#ffffffb3', contrastBorder: '#6fc3df', contrastActiveBorder: '#f38518', 'panel-border': '#6fc3df', 'sideBar-background': '#000000',
    focusBorder: '#f38518', 'button-foreground': '#ffffff', 'button-border': '#6fc3df', 'button-secondaryForeground': '#ffffff', 'dropdown-background': '#000000', 'dropdown-foreground': '#ffffff', 'dropdown-border': '#6fc3df',
    errorForeground: '#f48771', 'testing-iconPassed': '#73c991', 'editorWarning-foreground': '#ffd370', 'textLink-foreground': '#21a6ff', 'notifications-background': '#000000',
  },
  // Light High Contrast.
  'high-contrast-light': {
    'editor-background': '#ffffff', 'editor-foreground': '#292929', descriptionForeground: '#292929b3', contrastBorder: '#0f4a85', contrastActiveBorder: '#006bbd', 'panel-border': '#0f4a85', 'sideBar-background': '#ffffff',
    focusBorder: '#006bbd', 'button-background': '#0f4a85', 'button-foreground': '#ffffff', 'button-border': '#0f4a85', 'button-secondaryBackground': '#ffffff', 'button-secondaryForeground': '#292929', 'dropdown-background': '#ffffff',
    'dropdown-foreground': '#292929', 'dropdown-border': '#0f4a85', errorForeground: '#b5200d', 'testing-iconPassed': '#007100', 'editorWarning-foreground': '#895503', 'textLink-foreground': '#0f4a85', 'notifications-background': '#ffffff',
  },
};

/** What VS Code sets on the document of a webview. */
export function variablesOf(theme) {
  return { ...FONTS, ...Object.fromEntries(Object.entries(COLOURS[theme]).map(([name, value]) => [`--vscode-${name}`, value])) };
}
