-- Run by nvim.test.mjs in mm/hugetlb.c: what the server offers at a warning and around a function, asked for as a person does in Neovim, or by hand.
local session = dofile(os.getenv('SCRIPTS') .. '/nvim-session.lua')
local places, result, wait = session.places, session.result, session.wait
local main = vim.api.nvim_get_current_buf()
result.choices = {}

local function fix()
  -- What Neovim shows as a menu.
  vim.ui.select = function(items, _, choose)
    local wanted
    for _, item in ipairs(items) do
      table.insert(result.choices, item[2].title)
      if item[2].title:match('^Recheck') then wanted = item end
    end
    choose(wanted)
  end
  vim.api.nvim_buf_set_lines(main, places.recheck - 1, places.recheck, true, { places.without })
  session.count('the warning', main, 1)
  vim.api.nvim_win_set_cursor(0, { places.event, 5 })
  vim.lsp.buf.code_action()
  session.count('the fix', main, 0)
end

local function lenses()
  vim.lsp.codelens.refresh()
  wait('lenses', function() return #vim.lsp.codelens.get(main) > 0 end)
  result.lenses = vim.tbl_map(function(lens) return { line = lens.range.start.line + 1, title = lens.command.title } end, vim.lsp.codelens.get(main))
end

local function callers()
  vim.api.nvim_win_set_cursor(0, { places.head, places.headColumn })
  vim.lsp.buf.incoming_calls()
  wait('callers', function() return #vim.fn.getqflist() > 0 end)
  result.callers = vim.tbl_map(function(item) return item.text end, vim.fn.getqflist())
end

local function decorations()
  local whole = { start = { line = 0, character = 0 }, ['end'] = { line = vim.api.nvim_buf_line_count(main), character = 0 } }
  result.off = #session.ask('textDocument/inlayHint', main, { range = whole })
  session.configure({ inlayHints = true, semanticTokens = true })
  wait('hints', function()
    result.hints = #session.ask('textDocument/inlayHint', main, { range = whole })
    return result.hints > 0
  end)
  result.tokens = #session.ask('textDocument/semanticTokens/range', main, { range = whole }).data
end

local function links()
  vim.api.nvim_buf_set_lines(main, 0, 0, true, { '/* As in commit 0123456789ab ("mm: an example"). */' })
  result.links = vim.tbl_map(function(link) return link.target end, session.ask('textDocument/documentLink', main, {}))
end

session.run(function()
  session.step('fix', fix)
  session.step('lenses', lenses)
  session.step('callers', callers)
  session.step('decorations', decorations)
  session.step('links', links)
end)
