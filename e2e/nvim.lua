-- Run by nvim.test.mjs: nvim --headless --clean -u NONE mm/hugetlb.c -c 'luafile nvim.lua'
-- Environment: SERVER (command line as JSON), PLACES (JSON: where to edit and to hover), RESULT (file for what was seen).
-- Neovim 0.7 is enough: vim.lsp.start_client and buf_attach_client.
local places = vim.json.decode(os.getenv('PLACES'))
local result = { errors = {}, log = {} }

local function milliseconds() return vim.loop.hrtime() / 1e6 end

local function run()
  vim.opt.swapfile = false
  local buffer = vim.api.nvim_get_current_buf()
  local published = 0
  local id = assert(vim.lsp.start_client({
    name = 'mm-review',
    cmd = vim.json.decode(os.getenv('SERVER')),
    root_dir = vim.fn.getcwd(),
    get_language_id = function() return 'c' end,
    flags = { debounce_text_changes = 0, allow_incremental_sync = true },
    on_error = function(code, problem) table.insert(result.errors, tostring(code) .. ': ' .. vim.inspect(problem)) end,
    handlers = {
      ['textDocument/publishDiagnostics'] = function(...)
        published = published + 1
        vim.lsp.diagnostic.on_publish_diagnostics(...)
      end,
      ['window/logMessage'] = function(_, message) table.insert(result.log, message.message) end,
    },
  }))
  vim.lsp.buf_attach_client(buffer, id)
  assert(vim.wait(60000, function() return published > 0 end, 5), 'nothing was published')
  local client = vim.lsp.get_client_by_id(id)

  local function shown()
    local list = {}
    for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
      local lsp = diagnostic.user_data.lsp
      table.insert(list, {
        line = diagnostic.lnum + 1, message = diagnostic.message, severity = diagnostic.severity, source = diagnostic.source,
        code = lsp.code, related = #(lsp.relatedInformation or {}),
      })
    end
    return list
  end
  local function settle(wanted)
    local start = milliseconds()
    vim.wait(30000, function() return (#vim.diagnostic.get(buffer) > 0) == wanted end, 2)
    return { diagnostics = shown(), milliseconds = milliseconds() - start }
  end
  local function set(text) vim.api.nvim_buf_set_lines(buffer, places.recheck - 1, places.recheck, true, { text }) end

  result.opened = shown()
  set(places.without)
  result.edited = settle(true)
  set(places.recheckText)
  result.undone = settle(false)
  local hover = client.request_sync('textDocument/hover', {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    position = { line = places.compare - 1, character = places.compareColumn - 1 },
  }, 10000, buffer)
  result.hover = hover and hover.result and hover.result.contents.value or vim.inspect(hover)
  client.stop()
end

local ok, problem = pcall(run)
if not ok then table.insert(result.errors, tostring(problem)) end
vim.fn.writefile({ vim.json.encode(result) }, os.getenv('RESULT'))
vim.cmd('qa!')
