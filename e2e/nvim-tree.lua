-- Run by nvim.test.mjs in a small tree: the whole of it, files that depend on each other's unsaved text, settings that change, and a scenario.
local session = dofile(os.getenv('SCRIPTS') .. '/nvim-session.lua')
local places, result, count = session.places, session.result, session.count
local caller = vim.api.nvim_get_current_buf()
local event = vim.fn.bufadd(vim.fn.getcwd() .. '/mm/drawer_event.c')

local function set(text) vim.api.nvim_buf_set_lines(caller, 0, -1, true, vim.split(text, '\n')) end

local function wholeTree()
  local answer = session.client.request_sync('workspace/executeCommand', { command = 'mmReview.checkWorkspace' }, 40000)
  result.checked = answer and answer.result or vim.inspect(answer)
  -- Of a file that is not open.
  count('the findings of the tree', event, 1)
  result.closed = vim.diagnostic.get(event)[1].lnum + 1
end

local function unsaved()
  vim.fn.bufload(event)
  session.attach(event)
  set(places.lockedText)
  count('the locked caller', event, 0)
  set(places.locklessText)
  count('the lockless caller', event, 1)
  result.code = vim.diagnostic.get(event)[1].user_data.lsp.code
end

local function settings()
  session.configure({ rules = { [result.code] = 'off' } })
  count('a rule that is off', event, 0)
  session.configure({ rules = { [result.code] = 'information' } })
  count('a rule that informs', event, 1)
  result.severity = vim.diagnostic.get(event)[1].severity
  session.configure({ enable = false })
  count('a server that is off', event, 0)
  session.configure({})
  count('a server that is on', event, 1)
end

local function scenario()
  local buffer = session.create('race.litmus', places.litmus)
  count('a scenario without problems', buffer, 0)
  result.outline = vim.tbl_map(function(symbol) return symbol.name end, session.ask('textDocument/documentSymbol', buffer, {}))
  vim.api.nvim_buf_set_lines(buffer, 0, 1, true, { 'no scenario' })
  session.wait('a broken scenario', function() return #vim.diagnostic.get(buffer) > 0 end)
  result.broken = vim.diagnostic.get(buffer)[1].message
end

session.run(function()
  session.step('whole tree', wholeTree)
  session.step('unsaved text', unsaved)
  session.step('settings', settings)
  session.step('scenario', scenario)
end)
